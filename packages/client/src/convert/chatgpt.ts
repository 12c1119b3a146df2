import { type Converted, conversationOf, convertAll, type Said } from "./converted.ts";
import { isObject, type JsonObject, listAt, objectAt, textOf, timeOf } from "./json.ts";
import { pathTo } from "./path.ts";

/** What the model thought, and what was only put together for it: no part of what was said. */
const unsaid = new Set(["thoughts", "reasoning_recap", "model_editable_context"]);
const assets: Readonly<Record<string, string>> = {
  image_asset_pointer: "[Image]",
  audio_asset_pointer: "[Audio]",
  real_time_user_audio_video_asset_pointer: "[Audio]",
};
/** Where the page shows a source. */
const citation = /\ue200[^\ue200\ue201]*\ue201/g;

function partText(part: unknown): string {
  if (!isObject(part)) return textOf(part);
  const type = textOf(part.content_type);
  return textOf(part.text) || (assets[type] ?? (type === "" ? "" : `[${type}]`));
}

function fenced(text: string): string {
  if (text.trim() === "") return "";
  const runs = text.match(/`+/g) ?? [];
  const fence = "`".repeat(runs.reduce((most, run) => Math.max(most, run.length + 1), 3));
  return `${fence}\n${text}\n${fence}`;
}

function contentText(content: JsonObject): string {
  const parts = listAt(content.parts, "parts")
    .map(partText)
    .filter((text) => text !== "");
  const text = parts.join("\n\n") || textOf(content.text) || textOf(content.result);
  const isCode = content.content_type === "code" || content.content_type === "execution_output";
  return (isCode ? fenced(text) : text).replace(citation, "");
}

function attachmentNotes(metadata: JsonObject): string[] {
  return listAt(metadata.attachments, "attachments").flatMap((attached) =>
    isObject(attached) && textOf(attached.name) !== "" ? [`[File: ${textOf(attached.name)}]`] : [],
  );
}

/** What somebody has told every chat of theirs; it stands in one of two places. */
function instructionsIn(content: JsonObject, metadata: JsonObject): string | undefined {
  const isOwn = content.content_type === "user_editable_context";
  if (!isOwn && metadata.is_user_system_message !== true) return undefined;
  const told = isObject(metadata.user_context_message_data) ? metadata.user_context_message_data : {};
  const texts = isOwn
    ? [content.user_profile, content.user_instructions]
    : [told.about_user_message, told.about_model_message];
  return texts.map(textOf).join("\n\n").trim();
}

function saidIn({ message }: JsonObject): Said[] {
  if (message === null || message === undefined) return [];
  const { author, content, metadata: more, create_time: createdAt } = objectAt(message, "A message");
  const role = textOf(objectAt(author, "An author").role);
  const body = objectAt(content, "A content");
  const metadata = isObject(more) ? more : {};
  const type = textOf(body.content_type);
  const instructions = instructionsIn(body, metadata);
  if (instructions !== undefined) return [{ role: "system", text: instructions, metadata: {} }];
  if (unsaid.has(type) || metadata.is_visually_hidden_from_conversation === true) return [];
  const text = [...attachmentNotes(metadata), contentText(body)].join("\n\n").trim();
  const about = { createdAt: timeOf(createdAt), model: textOf(metadata.model_slug) };
  if (role === "user" || role === "system") return [{ role, text, metadata: { createdAt: about.createdAt } }];
  const tool = textOf(objectAt(author, "An author").name) || "tool";
  return [
    {
      role: "assistant",
      text: role === "tool" && text !== "" ? `[Tool: ${tool}]\n\n${text}` : text,
      metadata: about,
    },
  ];
}

/** The newest way through a tree whose present message is not named. */
function lastOf(mapping: JsonObject): string {
  return (
    Object.keys(mapping).findLast((id) => {
      const node = mapping[id];
      return isObject(node) && listAt(node.children, "children").length === 0;
    }) ?? ""
  );
}

/**
 * Converts `conversations.json` of an export of ChatGPT, as `JSON.parse` gives it.
 * @throws ConversionError where it is none
 */
export function convertChatGpt(data: unknown): Converted {
  return convertAll(
    data,
    ({ mapping }) => isObject(mapping),
    (exported) => {
      const mapping = objectAt(exported.mapping, "mapping");
      const last = textOf(exported.current_node) || lastOf(mapping);
      const path = last === "" ? [] : pathTo(mapping, last, "parent");
      return conversationOf({
        title: textOf(exported.title),
        metadata: {
          source: "chatgpt",
          sourceId: textOf(exported.conversation_id) || textOf(exported.id),
          createdAt: timeOf(exported.create_time),
          updatedAt: timeOf(exported.update_time),
          archived: exported.is_archived === true || undefined,
        },
        said: path.flatMap(saidIn),
      });
    },
  );
}
