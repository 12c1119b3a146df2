import { beforeEach, expect, it, vi } from "vitest";
import { type Breaker, createBreaker } from "./breaker.ts";
import { LlmError } from "./errors.ts";

const unavailable = new LlmError("provider_unavailable", "down", { retryable: true });
const rejected = new LlmError("provider_rejected", "no");

let now: number;
let breaker: Breaker;

beforeEach(() => {
  now = 1_000_000;
  breaker = createBreaker({ now: () => now });
});

async function fail(times: number, error: unknown = unavailable): Promise<void> {
  for (let i = 0; i < times; i++) {
    await expect(breaker.run("openai/a", () => Promise.reject(error))).rejects.toBe(error);
  }
}

async function expectOpen(retryAfterMillis: number): Promise<void> {
  const call = vi.fn();
  const refusal = { code: "provider_unavailable", retryable: true, retryAfterMillis };
  await expect(breaker.run("openai/a", call)).rejects.toMatchObject(refusal);
  expect(call).not.toHaveBeenCalled();
}

it("gives what the call gives", async () => {
  expect(await breaker.run("openai/a", () => Promise.resolve(42))).toBe(42);
});

it("opens after five retryable failures in a row and says how long", async () => {
  await fail(5);
  await expectOpen(30_000);
  now += 10_000;
  await expectOpen(20_000);
});

it("stays closed if a call in between succeeds or is answered with a refusal", async () => {
  await fail(4);
  await breaker.run("openai/a", () => Promise.resolve());
  await fail(4);
  await fail(1, rejected);
  await fail(4);
  expect(await breaker.run("openai/a", () => Promise.resolve("fine"))).toBe("fine");
});

it.each([
  ["cancelled calls", new DOMException("cancelled", "AbortError")],
  ["our own time limits", new LlmError("timed_out", "too long", { retryable: true })],
  ["empty answers", new LlmError("provider_unavailable", "", { retryable: true, liesInRequest: true })],
  ["a key that was changed", new LlmError("provider_rejected", "", { retryable: true, status: 401 })],
])("does not count %s", async (_what, error) => {
  await fail(4);
  await fail(10, error);
  await fail(1);
  await expectOpen(30_000);
});

it("keeps models apart, of one provider too", async () => {
  await fail(5);
  expect(await breaker.run("openai/b", () => Promise.resolve("fine"))).toBe("fine");
});

it("closes when the probe succeeds", async () => {
  await fail(5);
  now += 30_000;
  await breaker.run("openai/a", () => Promise.resolve());
  await fail(4);
  expect(await breaker.run("openai/a", () => Promise.resolve("fine"))).toBe("fine");
});

it("opens again when the probe fails", async () => {
  await fail(5);
  now += 30_000;
  await fail(1);
  await expectOpen(30_000);
});

it("lets one probe through at a time, and another after a cancelled one", async () => {
  await fail(5);
  now += 30_000;
  const probe = Promise.withResolvers<void>();
  const running = breaker.run("openai/a", () => probe.promise);
  await expectOpen(1000);
  probe.reject(new DOMException("cancelled", "AbortError"));
  await expect(running).rejects.toThrow("cancelled");
  expect(await breaker.run("openai/a", () => Promise.resolve("fine"))).toBe("fine");
});
