import { number, url } from "@parley/settings/setting";
import { afterEach, expect, test, vi } from "vitest";
import { environmentVariable, readEnvironment } from "./environment.ts";

const settings = {
  QUEUE_URL: url({ text: "a queue", isRequired: true }),
  MAX_WAIT_SECONDS: number({ text: "a wait", minimum: 0, default: 0 }),
};

afterEach(() => {
  vi.unstubAllEnvs();
});

test("the environment gives typed settings and nothing else", () => {
  vi.stubEnv("QUEUE_URL", "http://x");
  vi.stubEnv("MAX_WAIT_SECONDS", "20");
  expect(readEnvironment(settings)).toEqual({ QUEUE_URL: "http://x", MAX_WAIT_SECONDS: 20 });
});

test("an empty variable is taken for one that is not set", () => {
  vi.stubEnv("QUEUE_URL", "http://x");
  vi.stubEnv("MAX_WAIT_SECONDS", "");
  expect(readEnvironment(settings).MAX_WAIT_SECONDS).toBe(0);
  vi.stubEnv("QUEUE_URL", "");
  expect(environmentVariable("QUEUE_URL")).toBeUndefined();
  expect(() => readEnvironment(settings)).toThrow(/^QUEUE_URL is not set\.$/);
});
