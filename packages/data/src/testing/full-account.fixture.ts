import { newId } from "../ids.ts";
import { claimReply, finishReply } from "../reply-jobs.ts";
import { type Person, replyOf, type Scene } from "./scene.fixture.ts";

export interface FullAccount extends Person {
  /** Of a reply that waits for a worker. */
  replyId: string;
}

/** A user with at least one row in every table that has rows of users. */
export async function fullAccount(scene: Scene): Promise<FullAccount> {
  const person = await scene.person();
  const { id: owner, conversationId } = person;
  const answered = replyOf(await person.send({ content: "Water the tomatoes on Mondays" }));
  const claim = await claimReply(scene.database, owner, answered.id);
  if (claim.outcome !== "claimed") throw new Error(`The reply is ${claim.outcome}.`);
  const attempt = { ownerId: owner, replyId: answered.id, attempt: claim.reply.attempt };
  await finishReply(scene.database, attempt, {
    status: "completed",
    messageId: newId(),
    content: "I will.",
    finishReason: "stop",
    inputTokens: 5,
    outputTokens: 5,
  });
  const waiting = replyOf(await person.send({ content: "And the roses?" }));
  const noteId = newId();
  await scene.rows(`
    insert into message_versions (owner_id, message_id, version, content)
      values ('${owner}', '${answered.messageId}', 1, 'Water the tomatoes');
    insert into notes (owner_id, id, content) values ('${owner}', '${noteId}', 'A note');
    insert into conversation_notes (owner_id, conversation_id, note_id)
      values ('${owner}', '${conversationId}', '${noteId}');
    insert into api_keys (owner_id, id, name, hash, lookup, hint, scopes) values ('${owner}', '${newId()}', 'Script',
      'hash-${owner}', '${newId().slice(0, 16)}', 'parley_abcdef', '["read"]');
    insert into connections (owner_id, id, expires_at) values ('${owner}', '${newId()}=', now() + interval '1 hour');
    insert into idempotency_keys (owner_id, kind, key, fingerprint, resource_id)
      values ('${owner}', 'note', 'a key', 'f', '${noteId}');
    insert into spent_ids (owner_id, kind, id) values ('${owner}', 'message', '${newId()}');
    insert into search_words (owner_id, word) values ('${owner}', 'tomatoes');
    update search_progress set owner_id = '${owner}', message_id = '${answered.messageId}';
    insert into admin_actions (id, admin_id, action, user_id, request_id, details)
      values ('${newId()}', '${newId()}', 'tokens.granted', '${owner}', 'r', '{"reason": "For Ada", "amount": 5}')`);
  return { ...person, replyId: waiting.id };
}

/** How many rows of each table mention a text, in whatever column; tables without any are left out. */
export async function mentions(scene: Scene, text: string): Promise<Record<string, number>> {
  const tables = await scene.rows<{ name: string }>(`
    select table_name as name from information_schema.tables
    where table_schema = 'public' and table_type = 'BASE TABLE' order by 1`);
  const counts = await Promise.all(
    tables.map(async ({ name }) => {
      const [row] = await scene.rows<{ count: number }>(
        `select count(*)::integer as count from "${name}" as t where strpos(t::text, '${text}') > 0`,
      );
      return [name, row?.count ?? 0] as const;
    }),
  );
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
