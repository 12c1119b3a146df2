import { expect, test } from "vitest";
import { ItemStore } from "./item-store.ts";

const bytes = (text: string) => Buffer.from(text);

test("expired items are swept by a later write, without a timer", () => {
  let now = 0;
  const items = new ItemStore({ maxBytes: 100_000, now: () => now });
  for (let index = 0; index < 50; index += 1) items.set(bytes(`key ${index}`), bytes("value"), 1_000);
  const full = items.bytes;
  now = 60_000;
  items.set(bytes("new"), bytes("value"), 1_000);
  expect(items.bytes).toBeLessThan(full / 40);
  expect(items.get(bytes("key 1"))).toBeUndefined();
  expect(items.get(bytes("new"))).toEqual(bytes("value"));
});

test("counts bytes through overwriting, deleting and clearing", () => {
  const items = new ItemStore({ maxBytes: 100_000 });
  items.set(bytes("key"), bytes("a long value"), 1_000);
  items.set(bytes("key"), bytes("short"), 1_000);
  items.get(bytes("key"));
  items.delete(bytes("key"));
  expect(items.bytes).toBe(0);
  items.set(bytes("key"), bytes("value"), 1_000);
  items.clear();
  expect(items.bytes).toBe(0);
});
