import { and, eq, lt, sql } from "drizzle-orm";
import { db, statement } from "../drizzle/statement.ts";
import { connections } from "../schema/connections.ts";

const returned = { id: connections.id };

export const close = statement(() => {
  const query = db
    .delete(connections)
    .where(eq(connections.id, sql.placeholder("connectionId")))
    .returning(returned);
  return { query, returned };
});

export const remove = statement(() => {
  const ids = sql`array(select jsonb_array_elements_text(${sql.placeholder("connectionIds")}::text::jsonb))`;
  const query = db
    .delete(connections)
    .where(and(eq(connections.ownerId, sql.placeholder("ownerId")), sql`${connections.id} = any(${ids})`))
    .returning(returned);
  return { query, returned };
});

export const purge = statement(() => {
  const query = db.delete(connections).where(lt(connections.expiresAt, sql`now()`)).returning(returned);
  return { query, returned };
});
