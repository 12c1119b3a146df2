import { randomUUID } from "node:crypto";
import postgres from "postgres";

const connections = 4;
const terms = {
  role: "user",
  onBusy: "enqueue",
  defaultModel: "scripted/echo",
  models: { "scripted/echo": { contextTokens: 8_000, maxOutputTokens: 1_000, priceFlat: 1 } },
  ratePerSecond: 0,
  rateBurst: 1,
  ratePerMinute: 0,
  deadlineSeconds: 600,
};

type Row = Record<string, unknown>;
interface Claim {
  answer: { outcome: string; reply: { attempt: number } };
  history: { contents: string[] };
}

/** The main job with nothing around it: the same rows, written by the same functions of the database. */
export function openChat(databaseUrl: string) {
  const sql = postgres(databaseUrl, { max: connections, fetch_types: false, onnotice: () => {} });
  const users = new Map<string, Promise<string>>();

  async function call<T>(name: string, args: object): Promise<T> {
    const text = `select ${name}($1::text::jsonb) as answer`;
    const [row] = await sql.unsafe<[{ answer: T }]>(text, [JSON.stringify(args)], { prepare: true });
    return row.answer;
  }

  async function addUser(name: string): Promise<string> {
    const names = { sub: name, subjectHash: name, promptName: "Default", promptContent: "Be brief." };
    const ids = { userId: randomUUID(), promptId: randomUUID() };
    const { user } = await call<{ user: { id: string } }>("resolve_user", {
      ...names,
      ...ids,
      grant: 100_000_000,
      monthlyTokens: 0,
    });
    return user.id;
  }

  async function answerReply(ownerId: string, replyId: string): Promise<void> {
    const args = JSON.stringify({ ownerId, replyId, leaseSeconds: 30 });
    const [claim] = await sql<[Claim]>`select * from claim_for_prompt(${args}::text::jsonb)`;
    const { outcome, reply } = claim.answer;
    if (outcome !== "claimed") return;
    await call("finish_reply", {
      ownerId,
      replyId,
      attempt: reply.attempt,
      status: "completed",
      messageId: randomUUID(),
      content: `Echo: ${claim.history.contents[0]}`,
      finishReason: "stop",
      inputTokens: 10,
      outputTokens: 10,
    });
  }

  return {
    userOf(name: string): Promise<string> {
      const user = users.get(name) ?? addUser(name);
      users.set(name, user);
      return user;
    },
    async createConversation(ownerId: string): Promise<Row> {
      const conversationId = randomUUID();
      const { conversation } = await call<{ conversation: Row }>("create_conversation", {
        ownerId,
        conversationId,
      });
      return conversation;
    },
    async send(ownerId: string, conversationId: string, content: string): Promise<Row> {
      const ids = { messageId: randomUUID(), replyId: randomUUID() };
      const sent = await call<Row>("send_message", { ...terms, ...ids, ownerId, conversationId, content });
      answerReply(ownerId, ids.replyId).catch((error) => console.error("reference:", error));
      return sent;
    },
    async readReply(ownerId: string, replyId: string): Promise<Row | undefined> {
      const [row] = await sql`select replies.*, messages.content as answer from replies
        left join messages on messages.owner_id = replies.owner_id and messages.id = replies.assistant_message_id
        where replies.owner_id = ${ownerId} and replies.id = ${replyId}`;
      return row;
    },
    async readPage(ownerId: string, conversationId: string): Promise<{ data: Row[] }> {
      const data = await sql`select found.* from conversations left join lateral (
          select * from messages where messages.owner_id = conversations.owner_id
            and messages.conversation_id = conversations.id and is_active order by position desc limit 21) as found
          on true where conversations.owner_id = ${ownerId} and conversations.id = ${conversationId}`;
      return { data: [...data] };
    },
  };
}
