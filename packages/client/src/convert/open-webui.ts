import { type Converted, conversationOf, convertAll, type Said } from "./converted.ts";
import { isObject, type JsonObject, listAt, objectAt, textOf, timeOf } from "./json.ts";
import { pathTo } from "./path.ts";

const thoughtStart = '<details type="reasoning"';
const thoughtEnd = "</details>";

/** An answer without what the model thought, which stands in it as HTML. */
function withoutThoughts(text: string): string {
  const kept: string[] = [];
  let from = 0;
  for (;;) {
    const start = text.indexOf(thoughtStart, from);
    const end = start < 0 ? -1 : text.indexOf(thoughtEnd, start);
    if (end < 0) return kept.join("") + text.slice(from);
    kept.push(text.slice(from, start));
    from = end + thoughtEnd.length;
  }
}

function partText(part: unknown): string {
  if (!isObject(part)) return textOf(part);
  return part.type === "image_url" ? "[Image]" : textOf(part.text);
}

function fileNote(file: unknown): string {
  if (!isObject(file)) return "";
  if (file.type === "image") return "[Image]";
  const name = textOf(file.name);
  return name === "" ? "[File]" : `[File: ${name}]`;
}

function saidIn({ role, content, files, model, timestamp }: JsonObject): Said {
  const text = Array.isArray(content) ? content.map(partText).join("\n\n") : withoutThoughts(textOf(content));
  const notes = listAt(files, "files")
    .map(fileNote)
    .filter((note) => note !== "");
  const isHuman = role === "user" || role === "system";
  return {
    role: isHuman ? role : "assistant",
    text: [...notes, role === "tool" && text !== "" ? `[Tool]\n\n${text}` : text].join("\n\n"),
    metadata: { createdAt: timeOf(timestamp), model: textOf(model) },
  };
}

/** Older exports have a list of messages and no tree. */
function messagesOf(chat: JsonObject): readonly JsonObject[] {
  if (isObject(chat.history)) {
    const { currentId, messages } = chat.history;
    return currentId === null || currentId === undefined
      ? []
      : pathTo(objectAt(messages, "messages"), currentId as string, "parentId");
  }
  return listAt(chat.messages, "messages").map((message) => objectAt(message, "A message"));
}

function tagsOf(...lists: unknown[]): string[] {
  return lists.flatMap((list) =>
    listAt(list, "tags").map((tag) => (isObject(tag) ? textOf(tag.name) : textOf(tag))),
  );
}

/** A chat with what is stored beside it; a chat alone is one as well. */
function chatOf(exported: JsonObject): JsonObject {
  return isObject(exported.chat) ? exported.chat : exported;
}

/**
 * Converts an export of Open WebUI, of all chats or of one, as `JSON.parse` gives it.
 * @throws ConversionError where it is none
 */
export function convertOpenWebUi(data: unknown): Converted {
  return convertAll(
    data,
    (exported) => isObject(chatOf(exported).history) || Array.isArray(chatOf(exported).messages),
    (exported) => {
      const chat = chatOf(exported);
      const { system } = isObject(chat.params) ? chat.params : chat;
      const prompt: Said = { role: "system", text: textOf(system), metadata: {} };
      const meta = isObject(exported.meta) ? exported.meta : {};
      return conversationOf({
        title: textOf(exported.title) || textOf(chat.title),
        tags: tagsOf(meta.tags, chat.tags),
        metadata: {
          source: "open-webui",
          sourceId: textOf(exported.id),
          createdAt: timeOf(exported.created_at) ?? timeOf(chat.timestamp),
          updatedAt: timeOf(exported.updated_at),
          archived: exported.archived === true || undefined,
        },
        said: [prompt, ...messagesOf(chat).map(saidIn)],
      });
    },
  );
}
