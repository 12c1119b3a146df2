import { expect, it, vi } from "vitest";
import type { CallerResolution, Identity } from "./api-types.ts";
import { createCallerCache, readIdentity } from "./resolve-caller.ts";
import { awaitedCallers } from "./testing/awaited-callers.ts";

const identity = (sub: string) => ({ sub, username: "ada", groups: [] });

it("asks again after 60 s, so that a disabled user is out by then", async () => {
  let time = 0;
  let resolution: CallerResolution = { outcome: "active", user: { id: "user-1" } };
  const resolve = vi.fn(async () => resolution);
  const callerOf = awaitedCallers(resolve, () => time);
  await callerOf(identity("a"));
  resolution = { outcome: "disabled", user: { id: "user-1" } };
  time = 59_999;
  await expect(callerOf(identity("a"))).resolves.toMatchObject({ userId: "user-1" });
  time = 60_000;
  await expect(callerOf(identity("a"))).rejects.toMatchObject({ type: "forbidden" });
  expect(resolve).toHaveBeenCalledTimes(2);
});

it("has nobody wait who is remembered", async () => {
  const find = createCallerCache(async () => ({ outcome: "active", user: { id: "user-1" } }));
  expect(find(identity("a"))).toBeInstanceOf(Promise);
  await find(identity("a"));
  expect(find(identity("a"))).toMatchObject({ userId: "user-1" });
});

it("does not remember a failure", async () => {
  const resolve = vi.fn<() => Promise<CallerResolution>>();
  resolve
    .mockRejectedValueOnce(new Error("down"))
    .mockResolvedValueOnce({ outcome: "active", user: { id: "u" } });
  const callerOf = awaitedCallers(resolve);
  await expect(callerOf(identity("a"))).rejects.toThrow("down");
  await expect(callerOf(identity("a"))).resolves.toMatchObject({ userId: "u" });
});

it("keeps callers apart and forgets the oldest of more than 10 000", async () => {
  const resolve = vi.fn(
    async (caller: Identity): Promise<CallerResolution> => ({
      outcome: "active",
      user: { id: "sub" in caller ? caller.sub : "" },
    }),
  );
  const callerOf = awaitedCallers(resolve, () => 0);
  for (let index = 0; index <= 10_000; index++) {
    await expect(callerOf(identity(`s${index}`))).resolves.toMatchObject({ userId: `s${index}` });
  }
  await callerOf(identity("s1"));
  expect(resolve).toHaveBeenCalledTimes(10_001);
  await callerOf(identity("s0"));
  expect(resolve).toHaveBeenCalledTimes(10_002);
});

it.each([
  ["admin,staff", ["admin", "staff"]],
  ["", []],
  [undefined, []],
])("reads the groups %j", (groups, expected) => {
  expect(readIdentity({ sub: "s", username: "ada", groups }).groups).toEqual(expected);
});

it.each([undefined, null, {}, { sub: "" }, { sub: 1 }])("finds no identity in %j", (context) => {
  expect(() => readIdentity(context)).toThrow("unauthenticated");
});

it("takes a token that has expired since the gateway asked for no identity", () => {
  const context = { sub: "s", username: "ada", groups: "", expiresAt: "1000" };
  expect(readIdentity(context, 999_999)).toMatchObject({ sub: "s" });
  expect(() => readIdentity(context, 1_000_000)).toThrow("unauthenticated");
});
