import type { Adjustments } from "./adjustments.ts";
import type { PromptMessage, PromptRequest } from "./provider.ts";

/** A system prompt that variables filled with blanks is none: a provider would refuse it each time. */
export function presentPrompt(text: string | null): string | undefined {
  return text === null || text.trim() === "" ? undefined : text;
}

/** The text of a message with its data before it. */
export function withData({ data, content }: PromptMessage): string {
  return data === undefined ? content : `${data}\n\n${content}`;
}

interface WrittenPrompt {
  readonly system: string | undefined;
  readonly messages: readonly { readonly role: PromptMessage["role"]; readonly content: string }[];
}

/** A prompt as a model takes it: one that knows no system prompt is told it with the first question. */
export function writtenPrompt(
  { systemPrompt, messages }: PromptRequest,
  { withoutSystemRole }: Adjustments,
): WrittenPrompt {
  const written = messages.map((message) => ({ role: message.role, content: withData(message) }));
  const system = systemPrompt || undefined;
  if (!withoutSystemRole) return { system, messages: written };
  const [first, ...others] = written.slice(written.findIndex(({ role }) => role === "user"));
  if (first === undefined) return { system, messages: written };
  const content = system === undefined ? first.content : `${system}\n\n${first.content}`;
  return { system: undefined, messages: [{ ...first, content }, ...others] };
}
