import { expect, it } from "vitest";
import { estimateTokens } from "./token-count.ts";
import { estimatingCounter, tokenCounterFor } from "./token-counter.ts";

it.each([
  ["anthropic", "claude-sonnet-5-5"],
  ["scripted", "demo"],
  ["openai", "llama-4-scout"],
  ["openai", "gpt-4-turbo"],
] as const)("%s/%s is estimated", async (kind, name) => {
  const counter = await tokenCounterFor({ kind, name });
  expect(counter).toBe(estimatingCounter);
  expect(counter.count("hello world")).toBe(estimateTokens("hello world"));
});
