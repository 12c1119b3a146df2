import { buildPrompt, type Prompt, type PromptInput } from "./build-prompt.ts";
import { offerNotes } from "./search-notes-tool.ts";

export interface NotesToFind {
  /** Whether the user has notes besides the pinned ones. */
  readonly hasOthers: boolean;
  /** False for a model that refuses tools. */
  readonly takesTools: boolean;
}

/**
 * `buildPrompt`, with the tool that finds notes where there is something to find: a note that is not pinned, or what of
 * the pinned ones had no room.
 */
export function buildPromptWithNotes(
  input: Omit<PromptInput, "tools">,
  { hasOthers, takesTools }: NotesToFind,
): Prompt {
  const rounds = input.rounds?.length ?? 0;
  const withTool = () => buildPrompt({ ...input, tools: offerNotes(rounds) });
  if (!takesTools) return buildPrompt(input);
  // What was called has to stay explained.
  if (hasOthers || rounds > 0) return withTool();
  const prompt = buildPrompt(input);
  const { pinnedNotes } = prompt.manifest;
  const isWhole = pinnedNotes.length === (input.pinnedNotes ?? []).length;
  return isWhole && !pinnedNotes.some(({ isCut }) => isCut) ? prompt : withTool();
}
