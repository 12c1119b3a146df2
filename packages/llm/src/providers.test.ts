import { expect, it } from "vitest";
import { collect } from "./fixtures/collect.ts";
import { replay } from "./fixtures/replay.ts";
import { createProviders } from "./providers.ts";

it("makes each provider once", () => {
  const providers = createProviders({ openaiApiKey: "k", anthropicApiKey: "k" });
  expect(providers.get("openai")).toBe(providers.get("openai"));
  expect(providers.get("openai")).not.toBe(providers.get("anthropic"));
});

it("refuses what is not configured, but always has the scripted one", () => {
  const providers = createProviders({ openaiApiKey: "", openaiBaseUrl: "" });
  expect(() => providers.get("openai")).toThrow("not configured");
  expect(() => providers.get("anthropic")).toThrow("not configured");
  expect(providers.get("scripted")).toBeDefined();
});

it("hands keys, base URLs and fetch on", async () => {
  const openai = replay("openai/complete");
  const openaiProviders = createProviders({ openaiBaseUrl: "http://one.test/v1", fetch: openai.fetch });
  await collect(openaiProviders.get("openai"));
  expect(openai.requests[0]?.url).toBe("http://one.test/v1/chat/completions");

  const anthropic = replay("anthropic/complete");
  const anthropicProviders = createProviders({
    anthropicApiKey: "k",
    anthropicBaseUrl: "http://two.test",
    fetch: anthropic.fetch,
  });
  await collect(anthropicProviders.get("anthropic"));
  expect(anthropic.requests[0]?.url).toBe("http://two.test/v1/messages");
});
