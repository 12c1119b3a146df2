import { describe, expect, it } from "vitest";
import { succeededMessageIds } from "./batch-response.ts";

const ids = ["a", "b", "c"];
const failing = (...itemIdentifiers: unknown[]): unknown => ({
  batchItemFailures: itemIdentifiers.map((itemIdentifier) => ({ itemIdentifier })),
});

describe("succeededMessageIds", () => {
  it.each([
    ["nothing", undefined],
    ["null", null],
    ["an empty object", {}],
    ["a null list", { batchItemFailures: null }],
    ["an empty list", { batchItemFailures: [] }],
  ])("takes %s as complete success", (_, response) => {
    expect(succeededMessageIds(response, ids)).toEqual(ids);
  });

  it("keeps the failures back", () => {
    expect(succeededMessageIds(failing("b"), ids)).toEqual(["a", "c"]);
    expect(succeededMessageIds(failing("a", "b", "c", "a"), ids)).toEqual([]);
  });

  it.each([
    ["an empty id", failing("")],
    ["a null id", failing(null)],
    ["an unknown id", failing("a", "x")],
    ["a wrong key", { batchItemFailures: [{ id: "a" }] }],
    ["no list", { batchItemFailures: "a" }],
    ["no object", "ok"],
  ])("fails the whole batch for %s", (_, response) => {
    expect(succeededMessageIds(response, ids)).toBeUndefined();
  });
});
