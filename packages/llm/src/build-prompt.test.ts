import { describe, expect, it } from "vitest";
import { buildPrompt, type PromptInput } from "./build-prompt.ts";
import type { HistoryMessage } from "./prompt-turns.ts";
import { estimatePromptTokens } from "./token-count.ts";

const ROOMY: Omit<PromptInput, "history"> = {
  systemPrompt: undefined,
  contextTokens: 100_000,
  maxOutputTokens: 1_000,
};

/** A history in short: "u:Hi" is a user message with that content and its place as its position. */
function historyOf(...messages: string[]): HistoryMessage[] {
  return messages.map((message, index) => ({
    role: message.startsWith("u:") ? "user" : "assistant",
    content: message.slice(2),
    position: index + 1,
  }));
}

function build(messages: string[], limits: Partial<typeof ROOMY> = {}) {
  const { messages: sent, manifest } = buildPrompt({
    ...ROOMY,
    ...limits,
    history: historyOf(...messages),
  });
  return { sent: sent.map(({ role, content }) => `${role[0]}:${content}`), manifest };
}

describe("a history that fits", () => {
  it("is sent whole", () => {
    const { sent, manifest } = build(["u:One", "a:1", "u:Two", "a:2", "u:Three"]);
    expect(sent).toEqual(["u:One", "a:1", "u:Two", "a:2", "u:Three"]);
    expect(manifest.sentPositions).toEqual([1, 2, 3, 4, 5]);
    expect(manifest.droppedPositions).toEqual([]);
  });

  it("is counted as it is sent", () => {
    const prompt = buildPrompt({
      ...ROOMY,
      systemPrompt: "Be brief.",
      history: historyOf("u:A", "a:B", "u:C"),
    });
    const { messages, manifest } = prompt;
    expect(manifest.inputTokens).toBe(estimatePromptTokens({ systemPrompt: "Be brief.", messages }));
  });
});

describe("a limit of what is sent", () => {
  it("leaves out the oldest turns, though the model would have room for them", () => {
    const long = "word ".repeat(200);
    const { sent, manifest } = build(["u:One", `a:${long}`, "u:Two", "a:2", "u:Three"], { inputLimit: 100 });
    expect(sent).toEqual(["u:Two", "a:2", "u:Three"]);
    expect(manifest.inputTokens).toBeLessThanOrEqual(100);
    expect(manifest.droppedPositions).toEqual([1, 2]);
  });

  it("lets a question that is longer go alone", () => {
    const long = "word ".repeat(200);
    expect(build(["u:One", "a:1", `u:${long}`], { inputLimit: 100 }).sent).toEqual([`u:${long}`]);
  });
});

describe("repairs", () => {
  it.each([
    ["an answer whose question is gone", ["u: ", "a:1", "u:Two", "a:2", "u:Now"], ["u:Two", "a:2", "u:Now"]],
    ["blank messages", ["u:One", "a:1", "a: \n", "u:", "u:Now"], ["u:One", "a:1", "u:Now"]],
  ])("leave out %s", (_name, messages, expected) => {
    const { sent, manifest } = build(messages);
    expect(sent).toEqual(expected);
    expect(manifest.sentPositions).toHaveLength(expected.length);
    expect(manifest.droppedPositions).toHaveLength(messages.length - expected.length);
  });

  it("join messages of one role with a blank line", () => {
    const { sent, manifest } = build(["u:One", "a:1", "a:and more", "u:Now"]);
    expect(sent).toEqual(["u:One", "a:1\n\nand more", "u:Now"]);
    expect(manifest.sentPositions).toEqual([1, 2, 3, 4]);
  });

  it.each([
    ["stopped or failed", ["u:Write about whales", "u:Shorter"], ["u:Write about whales\n\nShorter"]],
    [
      "stopped after an answer",
      ["u:One", "a:1", "u:Two", "u:Three", "u:Now"],
      ["u:One", "a:1", "u:Two\n\nThree\n\nNow"],
    ],
    ["answered with a blank", ["u:One", "a:", "u:Now"], ["u:One\n\nNow"]],
    ["greeted", ["a:Welcome", "u:One", "u:Now"], ["a:Welcome", "u:One\n\nNow"]],
  ])("keep a question that was %s", (_name, messages, expected) => {
    expect(build(messages).sent).toEqual(expected);
  });

  it("leave out a refused question, and what is unanswered before it, until it is answered", () => {
    const [one, two, three, now] = historyOf("u:One", "u:Two", "u:Three", "u:Now");
    const refused = { ...two, isRefused: true } as HistoryMessage;
    const history = [one, refused, three, now] as HistoryMessage[];
    const { messages, manifest } = buildPrompt({ ...ROOMY, history });
    expect(messages).toEqual([{ role: "user", content: "Three\n\nNow" }]);
    expect(manifest.droppedPositions).toEqual([1, 2]);
    const answer: HistoryMessage = { role: "assistant", content: "2", position: 3 };
    const answered = [one, refused, answer, { ...now, position: 4 }] as HistoryMessage[];
    expect(buildPrompt({ ...ROOMY, history: answered }).manifest.droppedPositions).toEqual([]);
  });

  it("leave out a greeting where the provider takes none", () => {
    const history = historyOf("a:Welcome", "u:Now");
    const { messages, manifest } = buildPrompt({ ...ROOMY, history, takesGreeting: false });
    expect(messages).toEqual([{ role: "user", content: "Now" }]);
    expect(manifest.droppedPositions).toEqual([1]);
  });

  it("make every history acceptable: roles alternating, user last, and user first but for a greeting", () => {
    for (let bits = 0; bits < 3 ** 6; bits++) {
      const kinds = Array.from({ length: 6 }, (_, place) => Math.floor(bits / 3 ** place) % 3);
      const roles = build([...kinds.map((kind) => ["u:x", "a:y", "u: "][kind] ?? ""), "u:Now"]).sent.map(
        (message) => message[0],
      );
      const greets = kinds[0] === 1;
      expect(roles.every((role, index) => (role === "u") === ((index % 2 === 0) !== greets))).toBe(true);
      expect(roles.at(-1)).toBe("u");
    }
  });
});

describe("a history that is too long", () => {
  const long = "word ".repeat(100);
  const messages = [`u:1 ${long}`, `a:1 ${long}`, `u:2 ${long}`, `a:2 ${long}`, `u:3 ${long}`];

  it("loses its oldest turns, whole", () => {
    const { sent, manifest } = build(messages, { contextTokens: 700, maxOutputTokens: 100 });
    expect(sent).toEqual(messages.slice(2));
    expect(manifest.droppedPositions).toEqual([1, 2]);
    expect(manifest.inputTokens).toBeLessThanOrEqual(700 - 100 - 70);
  });

  it("keeps the asked message when nothing else fits", () => {
    expect(build(messages, { contextTokens: 300, maxOutputTokens: 100 }).sent).toEqual(messages.slice(4));
  });

  it("leaves no gap: what is older than a dropped turn is dropped too", () => {
    const { manifest } = build(["u:tiny", "a:tiny", `u:${long}`, `a:${long}`, "u:tiny", "a:tiny", "u:Now"], {
      contextTokens: 200,
      maxOutputTokens: 20,
    });
    expect(manifest.sentPositions).toEqual([5, 6, 7]);
  });

  it("is refused when even the asked message does not fit", () => {
    const tooLong = expect.objectContaining({ code: "context_too_long", retryable: false });
    const limits = { contextTokens: 200, maxOutputTokens: 100 };
    expect(() => build([`u:${long}`], limits)).toThrow(tooLong);
    expect(() => build(["u:Now"], { ...limits, systemPrompt: long })).toThrow(tooLong);
    expect(build(["u:Now"], limits).sent).toEqual(["u:Now"]);
  });
});

it("refuses a history that asks nothing", () => {
  expect(() => build([])).toThrow(RangeError);
  expect(() => build(["u:One", "a:1"])).toThrow(RangeError);
});
