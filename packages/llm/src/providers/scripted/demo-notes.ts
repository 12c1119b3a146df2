import { readNotes } from "../../notes-block.ts";
import type { PromptRequest, ToolCall } from "../../provider.ts";
import { searchNotesTool } from "../../search-notes-tool.ts";

const ASKS_ABOUT_NOTES = /\bnotes?\b/i;
// What a question about notes is made of besides its subject.
const FILLER =
  /^(a|about|all|and|any|are|ask|can|check|did|do|does|find|for|from|have|i|in|is|it|look|me|mine|my|notes?|of|on|please|read|saved?|say|says|search|should|show|tell|that|the|there|to|what|when|where|which|with|write|written|wrote|you|your)$/i;

function askedText({ messages }: PromptRequest): string {
  return messages.at(-1)?.content ?? "";
}

/** The search that `scripted/demo` makes first when a message asks about notes, or undefined. */
export function demoSearch(request: PromptRequest): ToolCall[] | undefined {
  const { tools, rounds = [] } = request;
  const asked = askedText(request);
  if (tools?.choice !== "auto" || rounds.length > 0 || !ASKS_ABOUT_NOTES.test(asked)) return undefined;
  const words = asked.match(/[\p{L}\p{N}]+/gu) ?? [];
  const query = words.filter((word) => !FILLER.test(word)).join(" ");
  return [{ id: "call_0", name: searchNotesTool.name, arguments: JSON.stringify({ query }) }];
}

/** What it says when it was shown notes and asked about them, or undefined. */
export function demoNotesAnswer(request: PromptRequest): string | undefined {
  const { messages, rounds = [] } = request;
  if (!ASKS_ABOUT_NOTES.test(askedText(request))) return undefined;
  const pinned = messages.flatMap(({ data = "" }) => readNotes(data));
  const found = rounds.flatMap(({ results }) => results.flatMap(readNotes));
  if (pinned.length + found.length === 0) {
    return rounds.length > 0 ? "I looked through your notes and found none about that." : undefined;
  }
  const lines = [...pinned, ...found].map(({ title, text }) => `- ${title ? `${title}: ` : ""}${text}`);
  return `These are your notes about that:\n${lines.join("\n")}`;
}
