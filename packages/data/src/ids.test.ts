import { isCuid } from "@paralleldrive/cuid2";
import { expect, it } from "vitest";
import { newId } from "./ids.ts";

it("makes keys of 24 characters, no two alike, from the stock and beyond it", async () => {
  const made: string[] = [];
  for (let round = 0; round < 50; round++) {
    for (let count = 0; count < 40; count++) made.push(newId());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  expect(made.filter((id) => id.length !== 24 || !isCuid(id))).toEqual([]);
  expect(new Set(made).size).toBe(2_000);
});
