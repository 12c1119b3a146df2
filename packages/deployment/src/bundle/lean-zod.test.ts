import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { leanZod } from "./lean-zod.ts";

const { resolve } = createRequire(import.meta.url);
const file = join(dirname(resolve("zod")), "v4", "classic", "schemas.js");

test("the zod that is installed can be made lean, by a sixth of the file and more of what it keeps alive", async () => {
  const original = await readFile(file, "utf8");
  const lean = leanZod(original);
  expect(lean.length).toBeLessThan(original.length * 0.85);
  expect(lean).toContain("    optional() {");
  expect(lean).not.toMatch(/\n {4}(?:async )?(?:jwt|safeEncodeAsync|toJSONSchema)\(/);
});

test("a zod that is written in another way is refused", () => {
  expect(() => leanZod("export const ZodType = {};")).toThrow("A dependency has no more of");
});
