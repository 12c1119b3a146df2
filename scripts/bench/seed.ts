import { newId } from "@parley/data/ids";
import type { Sql } from "postgres";

/** A conversation that holds so many short messages. */
export async function seedMessages(sql: Sql, ownerId: string, count: number): Promise<string> {
  const id = newId();
  await sql`insert into conversations (id, owner_id, next_position, message_count)
    values (${id}, ${ownerId}, ${count + 1}, ${count})`;
  await sql`insert into messages (id, owner_id, conversation_id, position, role, content)
    select ${id}::text || n, ${ownerId}, ${id}, n, case n % 2 when 1 then 'user' else 'assistant' end,
      'Message number ' || n from generate_series(1, ${count}::integer) as n`;
  return id;
}

/** So many conversations of a user. */
export async function seedConversations(sql: Sql, ownerId: string, count: number): Promise<void> {
  await sql`insert into conversations (id, owner_id, title, updated_at)
    select ${newId()}::text || n, ${ownerId}, 'Conversation ' || n, now() - make_interval(secs => n)
    from generate_series(1, ${count}::integer) as n`;
}
