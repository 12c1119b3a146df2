import type { Operations } from "../types.ts";
import { ConversionError } from "./conversion-error.ts";
import { isObject, type JsonObject } from "./json.ts";

type Created = NonNullable<Parameters<Operations["conversations"]["create"]>[0]>;
type Sent = Parameters<Operations["messages"]["send"]>[0];

/** One message, in the fields that `messages.send` has for it. */
export type ConvertedMessage = Required<Pick<Sent, "role" | "content" | "metadata">>;

export interface ConvertedConversation {
  /** What `conversations.create` takes. */
  conversation: Required<Pick<Created, "title" | "systemPrompt" | "tags" | "metadata">>;
  /** In their order: what was shown last, of messages that had been asked again. */
  messages: ConvertedMessage[];
}

export interface Converted {
  conversations: ConvertedConversation[];
  /** One for each conversation that could not be read. */
  faults: ConversionError[];
}

/** What another system knows of a message. */
export interface Said {
  role: "user" | "assistant" | "system";
  text: string;
  metadata: Record<string, string | undefined>;
}

export interface Known {
  title: string;
  tags?: readonly string[];
  metadata: Record<string, string | true | undefined>;
  said: readonly Said[];
}

const longest = { title: 200, prompt: 32_768, content: 32_768, tag: 64, value: 512 };
const maxTags = 20;

/** What Postgres does not store as it is. */
function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "\ufffd").trim();
}

/** At most so many UTF-16 units of what is storable, and no half of a character. */
function cut(text: string, length: number): string {
  return text
    .slice(0, length)
    .replace(/[\ud800-\udbff]$/, "")
    .trimEnd();
}

/** A text in pieces that a message can hold, broken between lines where there are any. */
function pieces(text: string): string[] {
  const all: string[] = [];
  for (let rest = storable(text); rest !== ""; ) {
    const head = cut(rest, longest.content);
    const line = rest.length > longest.content ? head.lastIndexOf("\n") : 0;
    const piece = line > 0 ? cut(head, line) : head;
    all.push(piece);
    rest = rest.slice(piece.length).trimStart();
  }
  return all;
}

function metadataOf(known: Record<string, string | true | undefined>): Record<string, string | boolean> {
  const entries = Object.entries(known).flatMap(([key, value]) => {
    const kept = typeof value === "string" ? cut(storable(value), longest.value) : value;
    return kept === undefined || kept === "" ? [] : [[key, kept] as const];
  });
  return Object.fromEntries(entries);
}

/** What is said in a row by the same side becomes one message. */
function joined(said: readonly Said[]): Said[] {
  const turns: Said[] = [];
  for (const one of said) {
    const before = turns.at(-1);
    if (before?.role === one.role && one.role === "assistant") {
      turns[turns.length - 1] = { ...before, ...one, text: `${before.text}\n\n${one.text}` };
    } else turns.push(one);
  }
  return turns;
}

export function conversationOf({ title, tags = [], metadata, said }: Known): ConvertedConversation {
  const spoken = said.filter(({ text }) => text.trim() !== "");
  const prompts = new Set(spoken.filter(({ role }) => role === "system").map(({ text }) => text));
  const tagTexts = new Set(
    tags.map((tag) => cut(storable(tag).normalize(), longest.tag)).filter((tag) => tag !== ""),
  );
  return {
    conversation: {
      title: cut(storable(title), longest.title) || null,
      systemPrompt: cut(storable([...prompts].join("\n\n")), longest.prompt) || null,
      tags: [...tagTexts].slice(0, maxTags),
      metadata: metadataOf(metadata),
    },
    messages: joined(spoken.filter(({ role }) => role !== "system")).flatMap(({ role, text, metadata: of }) =>
      pieces(text).map((content) => ({
        role: role as "user" | "assistant",
        content,
        metadata: metadataOf(of),
      })),
    ),
  };
}

/**
 * Converts a file that holds one conversation or a list of them.
 * @throws ConversionError where it holds neither
 */
export function convertAll(
  data: unknown,
  isConversation: (value: JsonObject) => boolean,
  convert: (value: JsonObject) => ConvertedConversation,
): Converted {
  const all = Array.isArray(data) ? data : [data];
  if (all.length > 0 && !all.some((one) => isObject(one) && isConversation(one))) {
    throw new ConversionError("not-an-export", "This holds no conversation that can be read.");
  }
  const converted: Converted = { conversations: [], faults: [] };
  for (const [index, one] of all.entries()) {
    try {
      if (!isObject(one)) throw new ConversionError("wrong-type", "A conversation is not an object.");
      converted.conversations.push(convert(one));
    } catch (error) {
      if (!(error instanceof ConversionError)) throw error;
      converted.faults.push(new ConversionError(error.fault, error.message, index));
    }
  }
  return converted;
}
