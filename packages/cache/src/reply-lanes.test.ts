import { expect, test } from "vitest";
import { createReplyLanes } from "./reply-lanes.ts";

function heldLanes() {
  const sent: string[] = [];
  const held: (() => void)[] = [];
  const lanes = createReplyLanes((_key, text) => {
    sent.push(text);
    return new Promise((resolve) => held.push(resolve));
  });
  const release = async () => {
    held.shift()?.();
    await new Promise(setImmediate);
  };
  return { lanes, sent, release };
}

test("sends one at a time, and of those that waited only the newest", async () => {
  const { lanes, sent, release } = heldLanes();
  const puts = [1, 2, 3].map((sequence) => lanes.put("r1", { attempt: 1, sequence }, `text ${sequence}`));
  expect(sent).toEqual(["text 1"]);
  await release();
  expect(sent).toEqual(["text 1", "text 3"]);
  await release();
  await Promise.all(puts);
  expect(sent).toHaveLength(2);
});

test("replies do not wait for each other", async () => {
  const { lanes, sent } = heldLanes();
  void lanes.put("r1", { attempt: 1, sequence: 1 }, "one");
  void lanes.put("r2", { attempt: 1, sequence: 1 }, "two");
  expect(sent).toEqual(["one", "two"]);
});

test("what waits when the reply ends is not sent", async () => {
  const { lanes, sent, release } = heldLanes();
  void lanes.put("r1", { attempt: 1, sequence: 1 }, "one");
  void lanes.put("r1", { attempt: 1, sequence: 2 }, "two");
  lanes.end("r1");
  await release();
  expect(sent).toEqual(["one"]);
});

test("a thousand replies are remembered, the oldest forgotten first", async () => {
  const sent: string[] = [];
  const lanes = createReplyLanes(async (key) => void sent.push(key));
  for (let index = 0; index <= 1_000; index += 1) {
    await lanes.put(`r${index}`, { attempt: 1, sequence: 2 }, "text");
  }
  sent.length = 0;
  await lanes.put("r1", { attempt: 1, sequence: 1 }, "text");
  await lanes.put("r0", { attempt: 1, sequence: 1 }, "text");
  expect(sent).toEqual(["r0"]);
});
