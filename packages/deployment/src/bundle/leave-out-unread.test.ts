import { expect, test } from "vitest";
import { withoutAnswers, withoutTableExtras, withPureConstants } from "./leave-out-unread.ts";

test("routes lose what they answer, whatever it is made of, and nothing else", () => {
  const source = `export const routes = defineRoutes({
  get: { ...base, summary: "{ not: one }", responses: { 200: note, 404: undefined }, hasEtag: true },
  list: {
    query: z.strictObject({ q }),
    responses: {
      200: z.object({ data: z.array(note).meta({ description: "a \\"}\\" and a {" }) }),
    },
    problems: ["not-found"],
  },
});
`;
  expect(withoutAnswers(source)).toBe(`export const routes = defineRoutes({
  get: { ...base, summary: "{ not: one }", responses: {}, hasEtag: true },
  list: {
    query: z.strictObject({ q }),
    responses: {},
    problems: ["not-found"],
  },
});
`);
  expect(() => withoutAnswers("responses: { 200: note")).toThrow("no end");
});

test("constants become pure, over several lines and with functions inside; functions stay as they are", () => {
  const source = `import * as z from "zod";
export const id = z.string().regex(/^[a-z]{2};$/);

const name = z
  .string()
  .refine((value) => {
    return value !== "";
  })
  .optional();
export function text() {
  const inner = 1;
  return inner;
}
`;
  expect(withPureConstants(source)).toBe(`import * as z from "zod";
export const id = /* @__PURE__ */ (() => (z.string().regex(/^[a-z]{2};$/)))();

const name = /* @__PURE__ */ (() => (z
  .string()
  .refine((value) => {
    return value !== "";
  })
  .optional()))();
export function text() {
  const inner = 1;
  return inner;
}
`);
});

test("tables lose their indexes and keys", () => {
  const source = `export const notes = pgTable(
  "notes",
  { id: text("id").notNull() },
  (table) => [
    primaryKey({ columns: [table.id] }),
  ],
);
export const plain = pgTable("plain", { id: text("id") });
`;
  expect(withoutTableExtras(source)).toBe(`export const notes = pgTable(
  "notes",
  { id: text("id").notNull() },
);
export const plain = pgTable("plain", { id: text("id") });
`);
});
