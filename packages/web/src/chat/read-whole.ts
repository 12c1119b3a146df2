import type { Message } from "@parley/client";
import { parley } from "../session/session.ts";

/** A message whose beginning alone is shown, as a whole; undefined where it has been changed meanwhile. */
export async function readWhole(conversationId: string, message: Message): Promise<Message | undefined> {
  let content = message.content ?? "";
  for (let isCut = true; isCut; ) {
    const after = Array.from(content).length;
    const rest = await parley.messages.get({ conversationId, messageId: message.id, after });
    if (rest.updatedAt !== message.updatedAt) return undefined;
    content += rest.content ?? "";
    isCut = rest.isCut;
  }
  return { ...message, content, isCut: false };
}
