import { expect, it } from "vitest";
import { matchedVersion, missProblem } from "./matched-version.ts";

const read = async () => ({ version: 3 });
const nothing = async () => undefined;

it("needs no read where the client sets no condition", async () => {
  const never = () => Promise.reject(new Error("was read"));
  expect(await matchedVersion(undefined, never)).toBeUndefined();
});

it.each(['"3"', "*", '"1", "3"'])("gives the present version to %s", async (ifMatch) => {
  expect(await matchedVersion(ifMatch, read)).toBe(3);
});

it.each(['"2"', 'W/"3"', "3", '"3-user"'])("refuses %s with 412", async (ifMatch) => {
  await expect(matchedVersion(ifMatch, read)).rejects.toMatchObject({ type: "precondition-failed" });
});

it("compares with the ETag that the resource has", async () => {
  const etagOf = ({ version }: { version: number }) => `${version}-user`;
  expect(await matchedVersion('"3-user"', read, etagOf)).toBe(3);
});

it("is a 404 of what is not there, whatever the condition", async () => {
  await expect(matchedVersion("*", nothing)).rejects.toMatchObject({ type: "not-found" });
  expect(missProblem("not_found").status).toBe(404);
  expect(missProblem("stale").status).toBe(412);
});
