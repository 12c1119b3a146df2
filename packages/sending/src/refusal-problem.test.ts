import { expect, it } from "vitest";
import { refusalProblem } from "./refusal-problem.ts";

const limits = {
  ratePerSecond: 2,
  rateBurst: 3,
  ratePerMinute: 10,
  deadlineSeconds: 600,
  maxRunning: 4,
  maxWaiting: 20,
};
const answerTo = (refusal: Parameters<typeof refusalProblem>[0]) => {
  const problem = refusalProblem(refusal, limits);
  return { ...problem.toDocument("request-1"), headers: problem.options.headers };
};

it.each([
  ["not_found", 404],
  ["reply_to_not_found", 400],
  ["prompt_not_found", 400],
  ["not_askable", 409],
  ["mismatch", 422],
  ["disabled", 403],
] as const)("answers %s with %i", (outcome, status) => {
  expect(answerTo({ outcome }).status).toBe(status);
});

it("names the running reply, and the model that is no longer offered", () => {
  expect(answerTo({ outcome: "busy", replyId: "reply-1" })).toMatchObject({
    status: 409,
    replyId: "reply-1",
  });
  expect(answerTo({ outcome: "unknown_model", model: "openai/old" })).toMatchObject({
    status: 409,
    model: "openai/old",
  });
});

it("says what is missing of the price", () => {
  const refusal = { outcome: "insufficient_tokens", balance: 250, held: 200, price: 100 } as const;
  expect(answerTo(refusal)).toMatchObject({ status: 402, balance: 250, held: 200, price: 100 });
});

it("says in whole seconds when to come back, a second at least", () => {
  const saying = (refusal: Parameters<typeof refusalProblem>[0]) =>
    refusalProblem(refusal, limits).options.detail;
  const soon = { outcome: "rate_limited", policy: "second", retryAfterSeconds: 0.02 } as const;
  expect(answerTo(soon)).toMatchObject({
    status: 429,
    headers: { "Retry-After": "1", RateLimit: '"sends";r=0;t=1', "RateLimit-Policy": '"sends";q=3;w=2' },
  });
  expect(saying(soon)).toBe("At most 2 a second, 3 at once. Try again in 1 s.");
  const later = { outcome: "rate_limited", policy: "minute", retryAfterSeconds: 41.2 } as const;
  expect(saying(later)).toBe("At most 10 a minute. Try again in 42 s.");
  expect(answerTo(later).headers).toEqual({
    "Retry-After": "42",
    RateLimit: '"sends-per-minute";r=0;t=42',
    "RateLimit-Policy": '"sends-per-minute";q=10;w=60',
  });
});

it("says where the request names a model that is not offered", () => {
  const refusal = { outcome: "unknown_model", model: "openai/x" } as const;
  const named = { "body.model": "scripted/demo", "body.message.model": "openai/x" };
  expect(refusalProblem(refusal, limits, named).toDocument("request-1")).toMatchObject({
    status: 400,
    errors: [{ path: "body.message.model" }],
  });
  const others = { "body.model": undefined };
  expect(refusalProblem(refusal, limits, others).toDocument("request-1")).toMatchObject({ status: 409 });
});

it("says how many replies may be unfinished, and when to come back", () => {
  const refusal = { outcome: "limited", policy: "replies", limit: 24, retryAfterSeconds: 5 } as const;
  expect(answerTo(refusal)).toMatchObject({
    status: 429,
    detail: "At most 4 unfinished replies that run, and 20 that wait. Try again in 5 s.",
    headers: { "Retry-After": "5", "RateLimit-Policy": '"replies";q=24;w=1' },
  });
});

it.each([
  ["tokens-per-day", 9_000, "At most 9000 tokens of models a day. Try again in 5 s."],
  ["tokens-per-month", 9_000, "At most 9000 tokens of models a month. Try again in 5 s."],
  ["budget-per-day", 12.5, "At most what this service may spend a day. Try again in 5 s."],
] as const)("says that %s are limited, and when to come back", (policy, limit, detail) => {
  const refusal = { outcome: "limited", policy, limit, retryAfterSeconds: 4.2 } as const;
  expect(answerTo(refusal)).toMatchObject({ status: 429, detail, headers: { "Retry-After": "5" } });
});
