import { newId } from "@parley/data/ids";
import type { Told } from "../invariants/told.ts";
import type { Random } from "../random.ts";
import { question } from "../world/client.ts";
import type { ChaosClient, ChaosRequest } from "./chaos-client.ts";

interface KnownMessage {
  readonly id: string;
  readonly content: string;
  readonly request: ChaosRequest;
}

export interface KnownConversation {
  readonly id: string;
  readonly messages: KnownMessage[];
  isDeleted: boolean;
}

/** A user who does everything the API offers, at random. */
export interface ChaosUser {
  readonly client: ChaosClient;
  readonly conversations: KnownConversation[];
  /** Replies that have not been seen to end. */
  readonly open: Set<string>;
  act(): Promise<void>;
  /** Looks once at each reply that has not ended. */
  poll(): Promise<void>;
  ask(conversation: KnownConversation, more?: object): Promise<string | undefined>;
}

type Accepted = { message: { id: string }; reply: { id: string } };

/** A model of the chaos stack at a metered price. */
export const meteredModel = "openai/metered";
/** One whose answers are bought in the background. */
export const storedModel = "stored/chaos";

const maxConversations = 6;
/** With one of them, models are offered a tool. */
const maxNotes = 3;
const terminal = ["completed", "incomplete", "failed", "cancelled"];

export interface UserOptions {
  readonly client: ChaosClient;
  readonly told: Told;
  readonly random: Random;
  /** In every text; must never be logged. */
  readonly canary: string;
  /** Another user's conversation or reply, to be refused. */
  readonly foreignPath: () => string | undefined;
  /** What is asked besides the default. */
  readonly models: readonly string[];
}

export function createChaosUser(options: UserOptions): ChaosUser {
  const { client, told, random, canary, foreignPath, models } = options;
  const conversations: KnownConversation[] = [];
  const open = new Set<string>();
  let notes = 0;

  function text(): string {
    return `${question()} ${canary}`;
  }

  async function submit(conversationId: string, request: ChaosRequest): Promise<Accepted | undefined> {
    const answer = await client.settle(request);
    if (answer === undefined) {
      told.unknownAsks.set(conversationId, (told.unknownAsks.get(conversationId) ?? 0) + 1);
      return undefined;
    }
    if (answer.status !== 202) return undefined;
    const accepted = answer.body as unknown as Accepted;
    const { message, reply } = accepted;
    told.asks.push({
      conversationId,
      messageId: message.id,
      replyId: reply.id,
      key: request.key ?? reply.id,
    });
    open.add(reply.id);
    return accepted;
  }

  async function ask(conversation: KnownConversation, more: object = {}): Promise<string | undefined> {
    const content = text();
    const path = `/v1/conversations/${conversation.id}/messages`;
    const request = { method: "POST", path, body: { content, ...more }, key: newId() };
    const accepted = await submit(conversation.id, request);
    if (accepted !== undefined) conversation.messages.push({ id: accepted.message.id, content, request });
    return accepted?.reply.id;
  }

  async function start(): Promise<void> {
    const content = text();
    const request = {
      method: "POST",
      path: "/v1/conversations",
      body: { message: { content } },
      key: newId(),
    };
    const accepted = (await submit("new", request)) as
      | (Accepted & { conversation: { id: string } })
      | undefined;
    if (accepted === undefined) return;
    const message = { id: accepted.message.id, content, request };
    conversations.push({ id: accepted.conversation.id, messages: [message], isDeleted: false });
  }

  async function look(replyId: string, waitSeconds = 0): Promise<void> {
    const answer = await client.once({ path: `/v1/replies/${replyId}?waitSeconds=${waitSeconds}` });
    const { status = "" } = answer.body;
    if (answer.status === 200 && terminal.includes(status)) {
      told.endings.set(replyId, status);
      open.delete(replyId);
    }
    // Of a deleted conversation.
    if (answer.status === 404) open.delete(replyId);
  }

  async function cancel(replyId: string): Promise<void> {
    const answer = await client.settle({ method: "POST", path: `/v1/replies/${replyId}/cancel` });
    if (answer?.status === 200) told.cancelled.add(replyId);
  }

  async function setDeleted(conversation: KnownConversation, isDeleted: boolean): Promise<void> {
    const path = `/v1/conversations/${conversation.id}`;
    const request = isDeleted ? { method: "DELETE", path } : { method: "POST", path: `${path}/restore` };
    const answer = await client.settle(request);
    if (answer !== undefined && answer.status < 500) conversation.isDeleted = isDeleted;
  }

  async function note(): Promise<void> {
    if (notes >= maxNotes) return;
    notes++;
    const body = { content: `A word to be searched for, ${canary}` };
    await client.settle({ method: "POST", path: "/v1/notes", body, key: newId() });
  }

  async function trespass(): Promise<void> {
    const path = foreignPath();
    if (path === undefined) return;
    const { status, text: answered } = await client.once({ path });
    if (status < 400) told.wrongAnswers.push({ number: 11, id: path, detail: answered.slice(0, 100) });
  }

  async function change(conversation: KnownConversation): Promise<void> {
    const message = random.pick(conversation.messages);
    const path = `/v1/conversations/${conversation.id}/messages/${message.id}`;
    const marker = message.content.match(/m:[a-z0-9]+/)?.[0];
    const choice = random.next();
    if (choice < 0.35) {
      await submit(conversation.id, { method: "POST", path: `${path}/replies`, body: {}, key: newId() });
    } else if (choice < 0.7) {
      await client.once({ method: "PATCH", path, body: { content: `Edited ${marker} ${canary}` } });
    } else if (choice < 0.85) {
      await client.settle({ method: "DELETE", path });
    } else {
      // The same request again, much later: the same answer.
      const answer = await submit(conversation.id, message.request);
      const isSame = answer === undefined || answer.message.id === message.id;
      if (!isSame)
        told.wrongAnswers.push({ number: 7, id: message.id, detail: "a replay made another message" });
    }
  }

  /** What is done to a conversation, each with its share. */
  const deeds: readonly [number, (conversation: KnownConversation) => Promise<unknown>][] = [
    [15, (conversation) => ask(conversation)],
    [15, (conversation) => ask(conversation, { model: random.pick(models) })],
    [6, (conversation) => ask(conversation, { onBusy: random.pick(["reject", "interrupt", "rollback"]) })],
    [14, () => withOpenReply((replyId) => look(replyId, random.between(0, 3)))],
    [7, () => withOpenReply(cancel)],
    [7, ({ id }) => client.once({ path: `/v1/conversations/${id}` })],
    [7, ({ id }) => client.once({ path: `/v1/conversations/${id}/messages` })],
    [3, ({ id }) => client.once({ path: `/v1/conversations/${id}/replies` })],
    [2, trespass],
    [2, note],
    [16, change],
    [3, (conversation) => setDeleted(conversation, true)],
    [5, restoreAll],
  ];
  const wholeShare = deeds.reduce((sum, [share]) => sum + share, 0);

  async function withOpenReply(deed: (replyId: string) => Promise<void>): Promise<void> {
    const [replyId] = open;
    if (replyId !== undefined) await deed(replyId);
  }

  async function restoreAll(): Promise<void> {
    const deleted = conversations.filter(({ isDeleted }) => isDeleted);
    await Promise.all(deleted.map((conversation) => setDeleted(conversation, false)));
  }

  async function act(): Promise<void> {
    const known = conversations.filter(({ isDeleted }) => !isDeleted);
    const isFull = conversations.length >= maxConversations;
    if (known.length === 0 || (!isFull && random.chance(0.1))) return start();
    const conversation = random.pick(known);
    let place = random.next() * wholeShare;
    for (const [share, deed] of deeds) {
      place -= share;
      if (place < 0) return void (await deed(conversation));
    }
  }

  return {
    client,
    conversations,
    open,
    act: () => act().catch(() => {}),
    async poll() {
      for (const replyId of [...open]) await look(replyId).catch(() => {});
    },
    ask,
  };
}
