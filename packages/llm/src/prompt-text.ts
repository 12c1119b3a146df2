import type { PromptMessage } from "./provider.ts";

/** The text of a message with its data before it. */
export function withData({ data, content }: PromptMessage): string {
  return data === undefined ? content : `${data}\n\n${content}`;
}
