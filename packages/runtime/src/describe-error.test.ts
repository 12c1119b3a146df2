import { expect, it } from "vitest";
import { describeError } from "./describe-error.ts";

it("finds code and constraint in a chain of causes, and no text", () => {
  const cause = Object.assign(new Error("Key (content)=(my diary) exists"), {
    name: "PostgresError",
    code: "23505",
    constraint_name: "messages_pkey",
    detail: "my diary",
  });
  const error = new Error("Failed query: insert … params: my diary", { cause });
  const described = describeError(error);
  expect(described).toEqual({ name: "Error", code: "23505", constraint: "messages_pkey" });
});

it("does not take a text for a code", () => {
  const error = Object.assign(new TypeError("x"), { code: "my diary, page 1", status: 503 });
  expect(describeError(error)).toEqual({ name: "TypeError", status: 503 });
});

it("copes with what is no error and with circles", () => {
  expect(describeError("my diary")).toEqual({ name: "string" });
  expect(describeError(undefined)).toEqual({ name: "undefined" });
  const circle = new Error("x");
  circle.cause = circle;
  expect(describeError(circle)).toEqual({ name: "Error" });
});
