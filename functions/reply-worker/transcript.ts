import type { ContextManifest, ManifestNote, PositionRange } from "@parley/data/schema/replies";
import type { Prompt } from "@parley/llm/build-prompt";
import type { PromptNote } from "@parley/llm/notes-block";
import type { TokenUsage, ToolRound } from "@parley/llm/provider";

/** What the completed calls of a run have given; a call that fails later does not lose it. */
export interface Transcript {
  /** What the model has said before it called tools. */
  text: string;
  /** What it thought, as far as it is kept. */
  reasoning: string;
  rounds: ToolRound[];
  usage: TokenUsage;
  found: PromptNote[];
  searches: string[];
  /** False once a model refused the tools, or a turn that holds calls of them. */
  offersTools: boolean;
  /** The model that may have refused only them. */
  toolsRefusedBy: string | undefined;
}

const noUsage: TokenUsage = {
  inputTokens: 0,
  cachedInputTokens: 0,
  outputTokens: 0,
  reasoningTokens: 0,
};

export function emptyTranscript(): Transcript {
  return {
    text: "",
    reasoning: "",
    rounds: [],
    usage: noUsage,
    found: [],
    searches: [],
    offersTools: true,
    toolsRefusedBy: undefined,
  };
}

/** What goes with the next prompt; a model that takes no tools is told what was found in another way. */
export function roundsToShow({ offersTools, rounds }: Transcript): readonly ToolRound[] {
  return offersTools ? rounds : [];
}

export function addUsage(one: TokenUsage, other: TokenUsage): TokenUsage {
  return {
    inputTokens: one.inputTokens + other.inputTokens,
    cachedInputTokens: one.cachedInputTokens + other.cachedInputTokens,
    outputTokens: one.outputTokens + other.outputTokens,
    reasoningTokens: one.reasoningTokens + other.reasoningTokens,
  };
}

/** The notes that this prompt and the searches so far have shown the model, each once. */
export function shownNotes(prompt: Prompt, { found }: Transcript): ManifestNote[] {
  const shown = (source: ManifestNote["source"]) => (note: PromptNote) => {
    const { id, title, content } = note;
    return { id, title, content, source };
  };
  return [...prompt.manifest.pinnedNotes.map(shown("pinned")), ...found.map(shown("found"))];
}

function rangesOf(positions: readonly number[]): PositionRange[] {
  const ranges: PositionRange[] = [];
  for (const position of positions) {
    const range = ranges.at(-1);
    if (range !== undefined && range[1] + 1 === position) range[1] = position;
    else ranges.push([position, position]);
  }
  return ranges;
}

/** What the model has been given so far, as it is kept with the reply. */
export function contextOf(prompt: Prompt, transcript: Transcript): ContextManifest {
  const { sentPositions, droppedPositions, inputTokens } = prompt.manifest;
  return {
    sentPositions: rangesOf(sentPositions),
    droppedPositions: rangesOf(droppedPositions),
    inputTokens,
    notes: shownNotes(prompt, transcript),
    searches: transcript.searches,
  };
}

/** A note may have been shown twice: a search finds what is pinned where only its beginning had fitted. */
export function noteIdsOf(notes: readonly ManifestNote[]): string[] {
  return [...new Set(notes.map(({ id }) => id))];
}
