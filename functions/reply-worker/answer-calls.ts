import { searchNotes } from "@parley/data/note-search";
import type { Prompt } from "@parley/llm/build-prompt";
import { fitNotes } from "@parley/llm/fit-notes";
import { renderNotes } from "@parley/llm/notes-block";
import type { ToolCall } from "@parley/llm/provider";
import { readSearch } from "@parley/llm/search-notes-tool";
import { estimateTokens } from "@parley/llm/token-count";
import { databaseSpan } from "@parley/runtime/span-kinds";
import { traced } from "@parley/runtime/tracer";
import type { Run } from "./run.ts";
import { whileLeased } from "./while-leased.ts";

const maxSearchesAtOnce = 3;
const maxNotesPerSearch = 5;
/** Tokens that one search, and all searches of a reply, may add to the prompt. */
const searchTokens = 2_000;
const allSearchesTokens = 8_000;

/** Where the room of the prompt is short, notes take half of it and leave the rest to earlier turns. */
function budget({ transcript }: Run, roomTokens: number, givenTokens: number): number {
  const before = transcript.rounds.flatMap(({ results }) => results);
  const used = before.reduce((tokens, result) => tokens + estimateTokens(result), givenTokens);
  return Math.min(searchTokens, allSearchesTokens - used, Math.floor(roomTokens / 2) - givenTokens);
}

/** Only this owner's notes: whose they are comes from the claimed reply, never from the model. */
async function search(run: Run, prompt: Prompt, query: string, tokens: number): Promise<string> {
  const { worker, reply, transcript } = run;
  transcript.searches.push(query);
  const whole = prompt.manifest.pinnedNotes.filter(({ isCut }) => !isCut);
  const without = [...whole, ...transcript.found].map(({ id }) => id);
  const found = await traced(
    "database search",
    () =>
      whileLeased(worker.leaseSeconds, () =>
        searchNotes(worker.database, reply.ownerId, { query, without, limit: maxNotesPerSearch }),
      ),
    databaseSpan,
  );
  const fitting = fitNotes(found, tokens);
  transcript.found.push(...fitting);
  if (fitting.length > 0) return renderNotes(fitting);
  return found.length > 0 ? "There is no room left for notes." : "No other note has any of these words.";
}

/**
 * What the model gets for its calls, in their order. It never fails for what the model wrote.
 * @param prompt the one that the model answered with these calls
 * @throws DatabaseUnavailable when the database stayed away for as long as the lease
 */
export async function answerCalls(run: Run, calls: readonly ToolCall[], prompt: Prompt): Promise<string[]> {
  const results: string[] = [];
  let given = 0;
  for (const call of calls) {
    const query = readSearch(call);
    let result = "There is no such tool, or its arguments are not as described.";
    if (results.length >= maxSearchesAtOnce) result = "Too many calls at once; search again for this.";
    else if (query !== undefined) {
      result = await search(run, prompt, query, budget(run, prompt.roomTokens, given));
    }
    given += estimateTokens(result);
    results.push(result);
  }
  return results;
}
