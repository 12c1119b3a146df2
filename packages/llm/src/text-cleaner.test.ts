import { expect, it } from "vitest";
import { createTextCleaner } from "./text-cleaner.ts";

function clean(...fragments: string[]): string[] {
  const cleaner = createTextCleaner();
  return fragments.map((fragment) => cleaner(fragment));
}

it("passes ordinary text on", () => {
  expect(clean("Hello ", "👋🏽 world")).toEqual(["Hello ", "👋🏽 world"]);
});

it("removes NUL", () => {
  expect(clean("a\0b", "\0")).toEqual(["ab", ""]);
});

it("holds half a character back until the other half comes", () => {
  expect(clean("Hi \ud83d", "\udc4b!")).toEqual(["Hi ", "👋!"]);
  expect(clean("\ud83d", "", "\0", "\udc4b")).toEqual(["", "", "", "👋"]);
});

it("replaces a half that stays alone", () => {
  expect(clean("\ud83d", "x\udc4by")).toEqual(["", "\ufffdx\ufffdy"]);
});

it("never passes on text that is not well-formed", () => {
  const text = "a👋\0b🏽\ud83d";
  for (let cut = 0; cut <= text.length; cut++) {
    const parts = clean(text.slice(0, cut), text.slice(cut));
    expect(parts.join("")).toBe("a👋b🏽");
    expect(parts.every((part) => part.isWellFormed())).toBe(true);
  }
});
