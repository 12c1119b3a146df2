import type { ApiResponse, Operation } from "@parley/http/api-types";
import { createConversation } from "../../../functions/conversations/create-conversation.ts";
import { deleteConversation } from "../../../functions/conversations/delete-conversation.ts";
import { askAgain } from "../../../functions/messages/ask-again.ts";
import { deleteMessage } from "../../../functions/messages/delete-message.ts";
import { editMessage } from "../../../functions/messages/edit-message.ts";
import { sendMessage } from "../../../functions/messages/send-message.ts";
import { cancelReply } from "../../../functions/replies/cancel-reply.ts";
import { readReply } from "../../../functions/replies/read-reply.ts";
import type { Mortal } from "./mortal.ts";
import type { Corner } from "./world.ts";

export interface Asked {
  readonly conversationId: string;
  readonly messageId: string;
  readonly replyId: string;
}

/** A user who does things and remembers what was answered. Every call names the environment that serves it. */
export interface Client {
  createConversation(): Promise<string>;
  /** Undefined when no answer came: the environment died. */
  ask(environment: Mortal, conversationId: string, more?: AskOptions): Promise<Asked | undefined>;
  askAgain(environment: Mortal, asked: Asked, key?: string): Promise<Asked | undefined>;
  cancel(environment: Mortal, replyId: string): Promise<boolean>;
  edit(environment: Mortal, asked: Asked, content: string): Promise<void>;
  deleteMessage(environment: Mortal, asked: Asked): Promise<void>;
  deleteConversation(environment: Mortal, conversationId: string): Promise<void>;
  poll(environment: Mortal, replyId: string): Promise<string | undefined>;
}

export interface AskOptions {
  key?: string;
  content?: string;
  onBusy?: "enqueue" | "reject" | "interrupt" | "rollback";
  /** Instead of the default. */
  model?: string;
  /** Instead of the corner's. */
  deadlineSeconds?: number;
}

type Body = { message: { id: string }; reply: { id: string } };

let asked = 0;

/** A text that the model's calls for it can be counted by. */
export function question(): string {
  return `Question m:${(++asked).toString(36)}`;
}

/** The user of a corner. */
export function createClient({ world, ownerId, ...corner }: Corner): Client {
  const { told } = world;

  async function call(
    environment: Mortal,
    operation: (dependencies: never) => unknown,
    request: { params?: object; body?: object; key?: string; deadlineSeconds?: number },
  ): Promise<ApiResponse | undefined> {
    const { key, deadlineSeconds, ...input } = request;
    const dependencies = corner.asking(environment);
    if (deadlineSeconds !== undefined) dependencies.asking.terms.deadlineSeconds = deadlineSeconds;
    const whole = {
      params: {},
      query: {},
      body: undefined,
      ...input,
      caller: { userId: ownerId, identity: { sub: "", username: "", groups: [] } },
      requestId: "chaos",
      idempotency: key === undefined ? undefined : { key, fingerprint: JSON.stringify(input) },
      headers: {},
      remainingMillis: () => 30_000,
      path: "/",
    };
    // Each operation takes what its route's schemas give, and is given that here.
    const run = operation(dependencies as never) as Operation<never>;
    return environment.live(() => run(whole as never));
  }

  function remember(answer: ApiResponse | undefined, conversationId: string, key: string | undefined) {
    if (answer === undefined) return undefined;
    const { message, reply } = answer.body as Body;
    const result = { conversationId, messageId: message.id, replyId: reply.id };
    told.asks.push({ ...result, ownerId, key: key ?? reply.id });
    return result;
  }

  return {
    async createConversation() {
      const answer = await call(corner.healthy, createConversation, { body: {} });
      if (answer === undefined) throw new Error("the conversation was not created");
      const { id } = answer.body as { id: string };
      return id;
    },
    async ask(environment, conversationId, options = {}) {
      const { key, content = question(), onBusy, model, deadlineSeconds } = options;
      const body = { content, role: "user", ...(onBusy && { onBusy }), ...(model && { model }) };
      const request = {
        params: { conversationId },
        body,
        ...(key !== undefined && { key }),
        ...(deadlineSeconds !== undefined && { deadlineSeconds }),
      };
      return remember(await call(environment, sendMessage, request), conversationId, key);
    },
    async askAgain(environment, { conversationId, messageId }, key) {
      const request = { params: { conversationId, messageId }, body: {}, ...(key !== undefined && { key }) };
      return remember(await call(environment, askAgain, request), conversationId, key);
    },
    async cancel(environment, replyId) {
      const answer = await call(environment, cancelReply, { params: { replyId } });
      if (answer !== undefined) told.cancelled.add(replyId);
      return answer !== undefined;
    },
    async edit(environment, { conversationId, messageId }, content) {
      await call(environment, editMessage, { params: { conversationId, messageId }, body: { content } });
    },
    async deleteMessage(environment, { conversationId, messageId }) {
      await call(environment, deleteMessage, { params: { conversationId, messageId } });
    },
    async deleteConversation(environment, conversationId) {
      await call(environment, deleteConversation, { params: { conversationId } });
    },
    async poll(environment, replyId) {
      const dependencies = { ...corner.asking(environment), patienceSeconds: 1 };
      const seen = await environment.live(() => readReply(dependencies, ownerId, replyId, "chaos"));
      const status = seen?.reply.status;
      if (status !== undefined && status !== "queued" && status !== "in_progress") {
        told.endings.set(replyId, status);
      }
      return status;
    },
  };
}
