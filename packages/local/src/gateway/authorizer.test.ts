import { expect, test, vi } from "vitest";
import type { Invocation } from "../lambda/protocol.ts";
import { startTestGateway } from "./gateway.fixture.ts";

function failure(errorMessage: string): Invocation {
  return { functionError: { errorType: "Error", errorMessage } };
}

async function ask(answer: Invocation, headers: Record<string, string>, cacheSeconds = 60) {
  const authorizer = vi.fn<(event: unknown) => Promise<Invocation>>(async () => answer);
  const gateway = await startTestGateway({ authorizer: { invoke: authorizer, cacheSeconds } });
  const get = async () => {
    const response = await fetch(`${gateway.url}/closed?a=1`, { headers });
    const body: unknown = await response.json();
    return { status: response.status, body };
  };
  return { authorizer, get, ...(await get()) };
}

const bearer = { Authorization: "Bearer token" };

test("the authorizer gets the request and its context reaches the function", async () => {
  const context = { sub: "user", groups: ["admin"] };
  const { status, body, authorizer } = await ask({ payload: { isAuthorized: true, context } }, bearer);
  expect(status).toBe(200);
  expect(body).toMatchObject({ event: { requestContext: { authorizer: { lambda: context } } } });
  expect(authorizer.mock.calls[0]?.[0]).toMatchObject({
    version: "2.0",
    type: "REQUEST",
    routeArn: "arn:aws:execute-api:us-east-1:000000000000:local/$default/GET/closed",
    identitySource: ["Bearer token"],
    routeKey: "GET /closed",
    queryStringParameters: { a: "1" },
  });
});

test("without the identity source the authorizer is not asked", async () => {
  const { status, body, authorizer } = await ask({ payload: { isAuthorized: true } }, {});
  expect([status, body]).toEqual([401, { message: "Unauthorized" }]);
  expect(authorizer).not.toHaveBeenCalled();
});

test.each<[string, Invocation, number, string]>([
  ["throws Unauthorized", failure("Unauthorized"), 401, "Unauthorized"],
  ["says no", { payload: { isAuthorized: false } }, 403, "Forbidden"],
  ["fails", failure("connect ECONNREFUSED"), 500, "Internal Server Error"],
  ["answers nonsense", { payload: "yes" }, 500, "Internal Server Error"],
])("an authorizer that %s", async (_name, answer, wantedStatus, message) => {
  const { status, body } = await ask(answer, bearer);
  expect([status, body]).toEqual([wantedStatus, { message }]);
});

test("an answer counts for its seconds, a refusal too", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  for (const isAuthorized of [true, false]) {
    const { authorizer, get } = await ask({ payload: { isAuthorized } }, bearer, 60);
    vi.advanceTimersByTime(59_000);
    await get();
    expect(authorizer).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(2_000);
    await get();
    expect(authorizer).toHaveBeenCalledTimes(2);
  }
  vi.useRealTimers();
});

test("a failure is not remembered, and neither is anything with a cache of 0 seconds", async () => {
  for (const [answer, seconds] of [
    [failure("Unauthorized"), 60],
    [{ payload: { isAuthorized: true } }, 0],
  ] as const) {
    const { authorizer, get } = await ask(answer, bearer, seconds);
    await get();
    expect(authorizer).toHaveBeenCalledTimes(2);
  }
});
