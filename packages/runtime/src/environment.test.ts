import { afterEach, describe, expect, it, vi } from "vitest";
import * as z from "zod";
import { parseEnvironment } from "./environment.ts";

const schema = z.object({
  DATABASE_URL: z.string().startsWith("postgres"),
  MAX_WAIT_SECONDS: z.coerce.number().int().min(0).default(0),
});

afterEach(() => {
  vi.unstubAllEnvs();
});

describe("parseEnvironment", () => {
  it("gives typed settings and nothing else of the environment", () => {
    vi.stubEnv("DATABASE_URL", "postgres://x");
    vi.stubEnv("MAX_WAIT_SECONDS", "20");
    expect(parseEnvironment(schema)).toEqual({ DATABASE_URL: "postgres://x", MAX_WAIT_SECONDS: 20 });
  });

  it("takes an empty variable for one that is not set", () => {
    vi.stubEnv("DATABASE_URL", "postgres://x");
    vi.stubEnv("MAX_WAIT_SECONDS", "");
    expect(parseEnvironment(schema).MAX_WAIT_SECONDS).toBe(0);
    vi.stubEnv("DATABASE_URL", "");
    expect(() => parseEnvironment(schema)).toThrow(/^DATABASE_URL is not set\.$/);
  });

  it("names a bad variable in one sentence, without its value", () => {
    vi.stubEnv("DATABASE_URL", "mysql://root:hunter2@host");
    const attempt = () => parseEnvironment(schema);
    expect(attempt).toThrow(/^DATABASE_URL is not valid: [^\n]+\.$/);
    expect(attempt).not.toThrow(/hunter2/);
  });
});
