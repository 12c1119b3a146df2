import type { ChatTransport, UIMessage } from "ai";
import type { Parley } from "../parley.ts";
import type { Conversation, Message, Operations, Reply } from "../types.ts";
import type { ApiIds } from "./api-ids.ts";

type Created = NonNullable<Parameters<Operations["conversations"]["create"]>[0]>;

/** What a conversation begins with, beside its first message. */
export type NewConversation = Omit<Created, "message">;

export type SendOptions<M extends UIMessage> = Parameters<ChatTransport<M>["sendMessages"]>[0];

function textOf(part: UIMessage["parts"][number]): string {
  if (part.type === "text") return part.text;
  throw new Error(`No ${part.type} can be sent, only text.`);
}

/** Has a chat's last message answered. It, and the chat, need not be in the API before. */
export async function ask<M extends UIMessage>(
  { conversations, messages }: Parley,
  ids: ApiIds,
  conversation: NewConversation | undefined,
  { trigger, chatId, messages: said, body }: SendOptions<M>,
): Promise<Reply> {
  const last = said.at(-1);
  if (last?.role !== "user") throw new Error("Only a question is answered.");
  const content = last.parts.map(textOf).join("\n\n");
  const message = { ...body, content };
  const conversationId = ids.of(chatId);
  const messageId = ids.of(last.id);
  if (conversationId && messageId) {
    if (trigger === "submit-message") await messages.edit({ conversationId, messageId, content });
    return (await messages.askAgain({ ...body, conversationId, messageId })).reply;
  }
  // Its answer may have been lost: asked once more, it is still stored once.
  const once = { idempotencyKey: encodeURIComponent(`${chatId}/${last.id}`).slice(-255) };
  const sent = conversationId
    ? messages.send({ ...message, conversationId }, once)
    : conversations.create({ ...conversation, message }, once);
  // A user's message always has a reply.
  const asked = (await sent) as { conversation?: Conversation; message: Message; reply: Reply };
  if (asked.conversation) ids.learn(chatId, asked.conversation.id);
  ids.learn(last.id, asked.message.id);
  return asked.reply;
}
