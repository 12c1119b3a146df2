import type { ChatTransport, UIMessage, UIMessageChunk } from "ai";
import { ApiIds } from "./ai-sdk/api-ids.ts";
import { ask, type NewConversation, type SendOptions } from "./ai-sdk/ask.ts";
import { chunkStream } from "./ai-sdk/chunks.ts";
import type { Parley } from "./parley.ts";

export type { AnswerMetadata } from "./ai-sdk/chunks.ts";

export interface ParleyChatTransportOptions {
  parley: Parley;
  /** Of the conversations that it begins: `model`, `systemPromptId`, `title` and the like. */
  conversation?: NewConversation;
}

type ReconnectOptions<M extends UIMessage> = Parameters<ChatTransport<M>["reconnectToStream"]>[0];

function ignoreNotFound(error: { status?: number }): undefined {
  if (error.status !== 404) throw error;
}

/** Lets the chats of AI SDK (`useChat`, assistant-ui and others) talk to Parley. A chat is a conversation. */
export class ParleyChatTransport<M extends UIMessage = UIMessage> implements ChatTransport<M> {
  /** A reply that is followed again is read from its beginning. */
  readonly resumeStreamIsReplay = true;
  readonly #options: ParleyChatTransportOptions;
  readonly #ids = new ApiIds();
  /** Of each chat the reply that its last message still waited for when it was loaded. */
  readonly #awaited = new Map<string, string>();
  /** Of each chat the last time that its stream was asked for again. */
  readonly #resumed = new Map<string, object>();

  constructor(options: ParleyChatTransportOptions) {
    this.#options = options;
  }

  /**
   * The id of a chat or a message in the API, once it is there: its own, if `newId` made it. A chat that is opened by that
   * id is the same one.
   */
  apiIdOf(id: string): string | undefined {
    return this.#ids.of(id);
  }

  /** The messages that a chat begins with. */
  async loadMessages(chatId: string): Promise<M[]> {
    const conversationId = this.#ids.of(chatId);
    const loaded: UIMessage[] = [];
    if (!conversationId) return [];
    const all = this.#options.parley.messages.list({ conversationId, limit: 100, order: "asc" });
    for await (const { id, role, content, metadata, replyId } of all) {
      if (content === null) continue;
      loaded.push({ id, role, metadata, parts: [{ type: "text", text: content }] });
      if (role === "user" && replyId) this.#awaited.set(chatId, replyId);
      else this.#awaited.delete(chatId);
    }
    this.#ids.store(chatId);
    // A chat has its own type of metadata, which the application has stored itself.
    return loaded as M[];
  }

  async sendMessages(options: SendOptions<M>): Promise<ReadableStream<UIMessageChunk>> {
    const { parley, conversation } = this.#options;
    return chunkStream(parley, ask(parley, this.#ids, conversation, options), options.abortSignal);
  }

  async reconnectToStream(options: ReconnectOptions<M>): Promise<ReadableStream<UIMessageChunk> | null> {
    const { chatId, abortSignal: signal } = options;
    const { parley } = this.#options;
    const here = {};
    this.#resumed.set(chatId, here);
    const conversationId = this.#ids.of(chatId);
    if (!conversationId) return null;
    const found = await parley.conversations.get({ conversationId }, { signal }).catch(ignoreNotFound);
    const id = found?.activeReplyId ?? this.#awaited.get(chatId);
    this.#awaited.delete(chatId);
    if (!id) return null;
    // A chat that resumes again aborts the time before, and means to stop nothing.
    const isStopped = () => this.#resumed.get(chatId) === here;
    return chunkStream(parley, Promise.resolve({ id }), signal, isStopped);
  }
}
