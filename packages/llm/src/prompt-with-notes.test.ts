import { expect, test } from "vitest";
import type { PromptInput } from "./build-prompt.ts";
import { buildPromptWithNotes } from "./prompt-with-notes.ts";

const note = { id: "n", title: null, tags: [], content: "Water the tomatoes.", isCut: false };
const long = { ...note, content: "word ".repeat(6_000) };
const input: Omit<PromptInput, "tools"> = {
  systemPrompt: undefined,
  history: [{ role: "user", content: "When?", position: 1 }],
  contextTokens: 100_000,
  maxOutputTokens: 1_000,
};
const round = { text: "", calls: [], results: [], memo: undefined };

test.each([
  ["without any note", {}, false, undefined],
  ["with every note in the prompt", { pinnedNotes: [note] }, false, undefined],
  ["with a note besides", { pinnedNotes: [note] }, true, "auto"],
  ["with a pinned note that has no room", { pinnedNotes: [note, long] }, false, "auto"],
  ["with one that the database has cut", { pinnedNotes: [{ ...note, isCut: true }] }, false, "auto"],
  ["after a search, whatever there is by then", { rounds: [round] }, false, "auto"],
  ["after as many as there may be", { rounds: [round, round, round, round] }, false, "none"],
] as const)("%s", (_, change, hasOthers, choice) => {
  const prompt = buildPromptWithNotes({ ...input, ...change }, { hasOthers, takesTools: true });
  expect(prompt.tools?.choice).toBe(choice);
});

test("the tool is paid for only where it is offered", () => {
  const tokens = (hasOthers: boolean, takesTools = true) =>
    buildPromptWithNotes(input, { hasOthers, takesTools }).manifest.inputTokens;
  expect(tokens(true)).toBeGreaterThan(tokens(false) + 30);
  expect(tokens(true, false)).toBe(tokens(false));
});
