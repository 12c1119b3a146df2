import { expect, it } from "vitest";
import { ReplyText } from "./reply-text.ts";

it("counts code points, and takes from each piece what is new", () => {
  const text = new ReplyText();
  expect(text.add(1, 0, "Hi 👋")).toEqual([{ type: "text", text: "Hi 👋", offset: 0 }]);
  expect(text.add(1, 3, "👋 you")).toEqual([{ type: "text", text: " you", offset: 4 }]);
  expect(text.add(1, 0, "Hi")).toEqual([]);
  expect(text.length).toBe(8);
});

it("tells of a missing piece", () => {
  const text = new ReplyText();
  text.add(1, 0, "abc");
  expect(text.add(1, 5, "f")).toBe("gap");
  expect(text.add(1, 3, "de")).toEqual([{ type: "text", text: "de", offset: 3 }]);
});

it("starts over with a new attempt, and hears nothing of the old one", () => {
  const text = new ReplyText();
  text.add(1, 0, "abc");
  expect(text.add(2, 0, "x")).toEqual([{ type: "restart" }, { type: "text", text: "x", offset: 0 }]);
  expect(text.add(1, 3, "d")).toEqual([]);
  expect(text.replace(1, "abcd")).toEqual([]);
});

it("takes a poll for what it adds, and for a restart where it says otherwise", () => {
  const text = new ReplyText();
  text.replace(1, "one ");
  expect(text.replace(1, "one two")).toEqual([{ type: "text", text: "two", offset: 4 }]);
  expect(text.replace(2, "")).toEqual([{ type: "restart" }]);
  expect(text.replace(2, "1")).toEqual([{ type: "text", text: "1", offset: 0 }]);
});

it("what was thought goes on beside the text, and both are void in a new attempt", () => {
  const text = new ReplyText();
  expect(text.add(1, 0, "Hm", "reasoning")).toEqual([{ type: "reasoning", text: "Hm", offset: 0 }]);
  expect(text.add(1, 0, "Fo")).toEqual([{ type: "text", text: "Fo", offset: 0 }]);
  expect(text.add(1, 3, "!", "reasoning")).toBe("gap");
  expect([text.length, text.reasoningLength]).toEqual([2, 2]);
  // One restart, for what comes first.
  expect(text.add(2, 0, "Well", "reasoning")).toEqual([
    { type: "restart" },
    { type: "reasoning", text: "Well", offset: 0 },
  ]);
  expect(text.add(2, 0, "Four")).toEqual([{ type: "text", text: "Four", offset: 0 }]);
  expect(text.replace(2, "Five", "Well")).toEqual([
    { type: "restart" },
    { type: "reasoning", text: "Well", offset: 0 },
    { type: "text", text: "Five", offset: 0 },
  ]);
});
