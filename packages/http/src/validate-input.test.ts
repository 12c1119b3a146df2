import type { Route } from "@parley/contract/route";
import { day, instant, metadata, metadataFilter } from "@parley/contract/schemas/fields";
import { expect, test } from "vitest";
import * as z from "zod/mini";
import { Problem } from "./problem.ts";
import { validateInput } from "./validate-input.ts";

const route = {
  body: z.strictObject({
    name: z.string().check(z.minLength(2), z.maxLength(5)),
    amount: z.int().check(z.minimum(1), z.maximum(9)),
    tags: z.array(z.string()).check(z.minLength(1), z.maxLength(2)),
    role: z.enum(["user", "assistant"]),
    isDone: z.boolean(),
    order: z.optional(z.enum(["first", "last", "any"])),
    metadata: z.optional(metadata),
    when: z.string().check(z.regex(/^\d+$/, "must be digits")),
    day: z.optional(day),
    from: z.optional(instant),
    filter: z.optional(metadataFilter),
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
  [{ order: "none" }, "must be first, last or any"],
  [{ isDone: "yes" }, "must be true or false"],
  [{ when: "now" }, "must be digits"],
  [{ day: "2026-02-30" }, "must be a day such as 2026-11-21"],
  [{ from: "2026-11-21" }, "must be a time in UTC such as 2026-11-21T09:30:00Z"],
  [{ filter: "garden" }, "must name a key: metadata.project=garden"],
])("says of %j that it %s", (wrong, message) => {
  const [path] = Object.keys(wrong);
  const errors = errorsOf({ ...right, ...wrong });
  expect(errors).toEqual([{ path: `body.${path}`, message }]);
});

const anyKind = "must be a string, a number or true or false";

test.each<[Record<string, unknown>, string, string]>([
  [{ a: null }, "a", anyKind],
  [{ x: { y: 1 } }, "x", anyKind],
  [{ x: [] }, "x", anyKind],
  [{ a: Number.POSITIVE_INFINITY }, "a", anyKind],
  [{ a: "x".repeat(513) }, "a", "must be at most 512 characters"],
  [{ ["k".repeat(65)]: 1 }, "k".repeat(65), "is a key that must be at most 64 characters"],
  [{ "": 1 }, "", "is a key that must be at least 1 character"],
])("says of the metadata %j what is allowed", (wrong, key, message) => {
  expect(errorsOf({ ...right, metadata: wrong })).toEqual([{ path: `body.metadata.${key}`, message }]);
});

test("says of the metadata itself what is allowed", () => {
  const errors = (wrong: unknown) => errorsOf({ ...right, metadata: wrong });
  const many = Object.fromEntries(Array.from({ length: 17 }, (_, index) => [`key${index}`, 1]));
  expect(errors([])).toEqual([{ path: "body.metadata", message: "must be an object" }]);
  expect(errors(many)).toEqual([{ path: "body.metadata", message: "must have at most 16 keys" }]);
  const constructed = JSON.parse('{"constructor":"x"}');
  const message = 'has the key "constructor", which is not allowed';
  expect(errors(constructed)).toEqual([{ path: "body.metadata", message }]);
});

test("has words of its own for what no schema of the contract asks", () => {
  const odd = z.strictObject({
    even: z.int().check(z.multipleOf(2)),
    mail: z.email(),
    either: z.xor([z.string(), z.any()]),
  });
  const body = { even: 3, mail: "x", either: "x" };
  try {
    validateInput({ body: odd } as unknown as Route, { params: {}, query: {}, body });
    expect.unreachable();
  } catch (error) {
    const messages = (error as Problem).options.errors?.map(({ message }) => message);
    expect(messages).toEqual(["is not valid", "is not valid", "is not valid"]);
  }
});
