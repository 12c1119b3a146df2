import { expect, test } from "vitest";
import { environmentOf } from "./environments.ts";

test("a function's environment is what its config.ts reads", () => {
  const QUEUE_URL = "https://sqs.example/jobs";
  expect(environmentOf("ops", { QUEUE_URL, NEW_USER_TOKENS: "1", DEFAULT_MODEL: undefined })).toEqual({
    QUEUE_URL,
    NEW_USER_TOKENS: "1",
  });
  // @ts-expect-error: a misspelt variable
  environmentOf("ops", { QUEUE_URL, DEFAULT_MODLE: "scripted/demo" });
  const spread = { QUEUE_URL, NEW_USER_TOKENS: "1", DEFAULT_MODLE: "scripted/demo" };
  // @ts-expect-error: a misspelt variable that comes from a spread
  environmentOf("ops", { ...spread });
  // @ts-expect-error: USER_POOL_CLIENT_ID is missing
  environmentOf("auth", {});
});
