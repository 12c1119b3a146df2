import type { World } from "../world/world.ts";

/** One statement of a function of the database, and what a careless hand would have written. */
export interface Planted {
  readonly in: string;
  readonly statement: string;
  readonly instead: string;
}

/**
 * Puts a defect into the functions of one test's database.
 * @throws Error when the statement is not there: the defect would prove nothing
 */
export async function plant(world: World, { in: name, statement, instead }: Planted): Promise<void> {
  const [row] = await world.rows<{ text: string }>(
    `select pg_get_functiondef(oid) as text from pg_proc where proname = '${name}'`,
  );
  if (row?.text.includes(statement) !== true) throw new Error(`${name} has no "${statement}".`);
  await world.rows(row.text.replace(statement, () => instead));
}
