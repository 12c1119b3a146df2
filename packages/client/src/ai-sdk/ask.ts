import type { ChatTransport, UIMessage } from "ai";
import type { Parley } from "../parley.ts";
import type { Operations, Reply } from "../types.ts";
import type { ApiIds } from "./api-ids.ts";

type Created = NonNullable<Parameters<Operations["conversations"]["create"]>[0]>;

/** What a conversation begins with, beside its first message. */
export type NewConversation = Omit<Created, "id" | "message">;

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
  { trigger, chatId, messageId: changed, messages: said, body }: SendOptions<M>,
): Promise<Reply> {
  const last = said.at(-1);
  if (last?.role !== "user") throw new Error("Only a question is answered.");
  const content = last.parts.map(textOf).join("\n\n");
  const isNew = trigger === "submit-message" && !changed;
  // What the application has loaded itself is there as well.
  const isStored = ids.isStored(last.id) || (!isNew && ids.isForeign(last.id));
  const conversationId = ids.send(chatId);
  const messageId = ids.send(last.id);
  const message = { ...body, id: messageId, content };
  // Its answer may have been lost: asked once more under the same id, it is still stored once.
  const send = () => messages.send({ ...message, conversationId });
  let asked: unknown;
  if (isStored) {
    if (trigger === "submit-message") await messages.edit({ conversationId, messageId, content });
    asked = await messages.askAgain({ ...body, conversationId, messageId });
  } else if (ids.isStored(chatId)) asked = await send();
  else {
    // A chat that the application has opened by its id alone is there already.
    asked = await conversations
      .create({ ...conversation, id: conversationId, message })
      .catch((error) => (error.status === 409 ? send() : Promise.reject(error)));
  }
  ids.store(chatId);
  ids.store(last.id);
  // A user's message always has a reply.
  return (asked as { reply: Reply }).reply;
}
