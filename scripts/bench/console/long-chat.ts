import { setTimeout as pause } from "node:timers/promises";
import { newId } from "@parley/data/ids";
import postgres from "postgres";

const paragraph =
  "A canal lock lifts a boat by letting water in, and lowers it by letting water out. The gates meet at an **angle**, " +
  "so that the higher water presses them shut; see [the drawing](https://example.com/locks) and `openSluice()`.";
const list = ["the upper gate", "the lower gate", "two *sluices*, one in each"].map((item) => `- ${item}`);
const table = [
  "| lock | rise | boats a day |",
  "|---|--:|--:|",
  "| first | 2.1 m | 40 |",
  "| second | 3.4 m | 38 |",
];
const code = [
  "```ts",
  'export function openSluice(lock: Lock, gate: "upper" | "lower"): void {',
  "  // Never both at once.",
  '  if (lock.gates[gate].isOpen) throw new Error("The gate is open.");',
  "  lock.sluices[gate].open();",
  "}",
  "```",
];

/** An answer as models write them. */
const answer = [
  "## How a lock works",
  paragraph,
  list.join("\n"),
  code.join("\n"),
  paragraph,
  table.join("\n"),
].join("\n\n");
const answers = [
  answer,
  paragraph,
  `${paragraph}\n\n${code.join("\n")}`,
  `${paragraph}\n\n${list.join("\n")}`,
];

/** A conversation of so many messages, answered by this model from now on. */
export async function seedLongChat(databaseUrl: string, email: string, count: number, model: string) {
  const sql = postgres(databaseUrl, { max: 1, onnotice: () => {} });
  const [owner] = await sql<{ id: string }[]>`select id from users where email = ${email}`;
  const ownerId = owner?.id ?? "";
  const id = newId();
  await sql`insert into conversations (id, owner_id, title, model, next_position, message_count)
    values (${id}, ${ownerId}, 'Locks', ${model}, ${count + 1}, ${count})`;
  await sql`insert into messages (id, owner_id, conversation_id, position, role, content)
    select 'm' || substr(md5(${id}::text || n), 1, 23), ${ownerId}, ${id}, n,
      case n % 2 when 1 then 'user' else 'assistant' end,
      case n % 2 when 1 then 'Message number ' || n else (${answers}::text[])[1 + n / 2 % ${answers.length}::int] end
    from generate_series(1, ${count}::integer) as n`;
  await sql.end();
  return id;
}

/** Its pieces come as fast as a quick model writes them. */
const millisPerPiece = 15;
const wordsOfPiece = /\S+\s*|\s+/g;

/** A long answer, piece by piece: a few thousand characters of everything that Markdown has. */
export async function* writtenAnswer(): AsyncGenerator<string> {
  for (const piece of Array.from({ length: 4 }, () => answer)
    .join("\n\n")
    .match(wordsOfPiece) ?? []) {
    yield piece;
    await pause(millisPerPiece);
  }
}
