import { answering, sse } from "@parley/llm/fixtures/answering";
import { REQUEST } from "@parley/llm/fixtures/collect";
import { createOpenAiProvider } from "@parley/llm/providers/openai/provider";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { watchSilence } from "./silence.ts";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const limits = { firstMillis: 240_000, nextMillis: 60_000 };

test("an answer of a word every half minute is never cut, and one that stops is", () => {
  const { signal, broken } = watchSilence(limits);
  for (let words = 0; words < 100; words++) {
    vi.advanceTimersByTime(30_000);
    broken();
  }
  expect(signal.aborted).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(signal.reason).toMatchObject({ name: "TimeoutError" });
});

test("the first word may take longer, and a call that has ended is not cut", () => {
  const [waiting, ended] = [watchSilence(limits), watchSilence(limits)];
  vi.advanceTimersByTime(239_999);
  expect(waiting.signal.aborted).toBe(false);
  ended.stop();
  vi.advanceTimersByTime(1);
  expect([waiting.signal.aborted, ended.signal.aborted]).toEqual([true, false]);
});

test("a model that thinks aloud is heard, and a server's pings alone are not", async () => {
  const heard = vi.fn();
  const thinks = sse({ choices: [{ index: 0, delta: { reasoning_content: "hm" } }] });
  const ping = "event: ping\ndata: {}\n\n: waiting\n\n";
  const { fetch } = answering(`${ping}${thinks}${ping}${thinks}`);
  const provider = createOpenAiProvider({ apiKey: "k", fetch });
  const { signal } = new AbortController();
  await expect(async () => {
    for await (const _event of provider.stream(REQUEST, { signal, heard }));
  }).rejects.toThrow("broke off");
  expect(heard).toHaveBeenCalledTimes(2);
});
