import type { PromptMessage } from "./provider.ts";

/** A system prompt that variables filled with blanks is none: a provider would refuse it each time. */
export function presentPrompt(text: string | null): string | undefined {
  return text === null || text.trim() === "" ? undefined : text;
}

/** The text of a message with its data before it. */
export function withData({ data, content }: PromptMessage): string {
  return data === undefined ? content : `${data}\n\n${content}`;
}
