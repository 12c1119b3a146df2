import type { Conversation, Message, Reply } from "@parley/client";
import { parley } from "../session/session.ts";
import type { ReplySettings } from "./reply-settings.ts";

export type ChosenPrompt = { kind: "default" | "none" | "own text" } | { kind: "saved"; id: string };

/** What a conversation is to begin with. */
export interface Beginning {
  content: string;
  model: string | null;
  prompt: ChosenPrompt;
  noteIds: readonly string[];
  expiresInDays: number | null;
  settings: ReplySettings;
}

/** The conversation, with its first question asked. */
export async function beginChat(
  beginning: Beginning,
): Promise<{ conversation: Conversation; message: Message; reply: Reply } | undefined> {
  const { content, model, prompt, noteIds, expiresInDays, settings } = beginning;
  const chosen = {
    ...(Object.keys(settings).length > 0 && { settings }),
    ...(expiresInDays !== null && { expiresInDays }),
    ...(model !== null && { model }),
    ...(prompt.kind === "none" && { systemPrompt: null }),
    ...(prompt.kind === "saved" && { systemPromptId: prompt.id }),
  };
  if (noteIds.length === 0) {
    const begun = await parley.conversations.create({ ...chosen, message: { content } });
    return "reply" in begun ? begun : undefined;
  }
  // Its first answer is to be given the notes, so they must be there before it is asked for.
  const created = await parley.conversations.create(chosen);
  if ("message" in created) return undefined;
  const conversationId = created.id;
  for (const noteId of noteIds) await parley.conversations.pinNote({ conversationId, noteId });
  const sent = await parley.messages.send({ conversationId, content });
  if (!("reply" in sent)) return undefined;
  return { conversation: await parley.conversations.get({ conversationId }), ...sent };
}
