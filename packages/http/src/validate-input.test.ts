import type { Route } from "@parley/contract/route";
import { expect, test } from "vitest";
import * as z from "zod";
import { Problem } from "./problem.ts";
import { validateInput } from "./validate-input.ts";

const route = {
  body: z.strictObject({
    name: z.string().min(2).max(5),
    amount: z.int().min(1).max(9),
    tags: z.array(z.string()).min(1).max(2),
    role: z.enum(["user", "assistant"]),
    isDone: z.boolean(),
    when: z.string().regex(/^\d+$/, "must be digits"),
  }),
} as unknown as Route;

const right = { name: "Ada", amount: 1, tags: ["a"], role: "user", isDone: true, when: "1" };

function errorsOf(body: unknown) {
  try {
    validateInput(route, { params: {}, query: {}, body });
    return [];
  } catch (error) {
    if (error instanceof Problem) return error.options.errors;
    throw error;
  }
}

test("takes what is right", () => {
  expect(errorsOf(right)).toEqual([]);
});

test.each([
  [{ name: undefined }, "is required"],
  [{ name: 7 }, "must be a string"],
  [{ name: null }, "must be a string"],
  [{ name: "a" }, "must be at least 2 characters"],
  [{ name: "too long" }, "must be at most 5 characters"],
  [{ amount: "1" }, "must be a number"],
  [{ amount: 1.5 }, "must be a whole number"],
  [{ amount: 0 }, "must be at least 1"],
  [{ amount: 10 }, "must be at most 9"],
  [{ tags: "a" }, "must be an array"],
  [{ tags: [] }, "must have at least 1 item"],
  [{ tags: ["a", "b", "c"] }, "must have at most 2 items"],
  [{ role: "system" }, "must be user or assistant"],
  [{ isDone: "yes" }, "must be true or false"],
  [{ when: "now" }, "must be digits"],
])("says of %j that it %s", (wrong, message) => {
  const [path] = Object.keys(wrong);
  const errors = errorsOf({ ...right, ...wrong });
  expect(errors).toEqual([{ path: `body.${path}`, message }]);
});
