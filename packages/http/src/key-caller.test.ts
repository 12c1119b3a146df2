import { describe, expect, it, vi } from "vitest";
import type { CallerResolution, Identity, KeyIdentity, KeyRights, KeyScope } from "./api-types.ts";
import { createCallerCache, readIdentity, requireScope } from "./resolve-caller.ts";
import { awaitedCallers } from "./testing/awaited-callers.ts";

const apiKeyHash = "a".repeat(64);
const key = (rights: Partial<KeyRights> = {}): CallerResolution => ({
  outcome: "active",
  user: { id: "user-1" },
  key: { scopes: ["read"], expiresAt: null, ...rights },
});

describe("the holder of an API key", () => {
  it("is known by the hash, and is in no group whatever else the authorizer says", () => {
    expect(readIdentity({ apiKeyHash, sub: "s", groups: "admin" })).toEqual({ apiKeyHash, groups: [] });
    expect(() => readIdentity({ apiKeyHash: "no hash" })).toThrow("unauthenticated");
  });

  it("is never taken for the user of a token", async () => {
    const resolve = vi.fn(async () => key());
    const callerOf = awaitedCallers(resolve);
    await callerOf({ apiKeyHash, groups: [] });
    await callerOf({ sub: apiKeyHash, username: "ada", groups: [] });
    expect(resolve).toHaveBeenCalledTimes(2);
  });

  it("has the database asked for ten unknown keys of an address in ten minutes, and for its own key still", async () => {
    let time = 0;
    const own = "f".repeat(64);
    const resolve = vi.fn(
      async (identity: Identity): Promise<CallerResolution> =>
        "apiKeyHash" in identity && identity.apiKeyHash === own ? key() : { outcome: "refused" },
    );
    const find = createCallerCache(resolve, () => time);
    const forged = (at: number) => ({ apiKeyHash: String(at).padStart(64, "0"), groups: [] });
    const ask = async (identity: KeyIdentity, source: string) => find(identity, source);
    await ask({ apiKeyHash: own, groups: [] }, "192.0.2.1");
    for (let at = 0; at < 10; at++)
      await expect(ask(forged(at), "192.0.2.1")).rejects.toMatchObject({ type: "unauthenticated" });
    for (let at = 10; at < 1_000; at++)
      await expect(ask(forged(at), "192.0.2.1")).rejects.toMatchObject({ type: "rate-limited" });
    // The same one again is remembered for longer than a caller.
    time = 300_000;
    await expect(ask(forged(0), "192.0.2.2")).rejects.toMatchObject({ type: "unauthenticated" });
    expect(resolve).toHaveBeenCalledTimes(11);
    await expect(ask({ apiKeyHash: own, groups: [] }, "192.0.2.2")).resolves.toMatchObject({
      userId: "user-1",
    });
    time = 600_000;
    await expect(ask(forged(1_000), "192.0.2.1")).rejects.toMatchObject({ type: "unauthenticated" });
  });

  it("is out within 60 s of being revoked", async () => {
    let time = 0;
    let resolution: CallerResolution = key();
    const callerOf = awaitedCallers(
      async () => resolution,
      () => time,
    );
    await callerOf({ apiKeyHash, groups: [] });
    resolution = { outcome: "refused" };
    time = 59_999;
    await expect(callerOf({ apiKeyHash, groups: [] })).resolves.toMatchObject({ userId: "user-1" });
    time = 60_000;
    await expect(callerOf({ apiKeyHash, groups: [] })).rejects.toMatchObject({ type: "unauthenticated" });
  });

  it("is out at once when the key expires", async () => {
    let time = 0;
    const resolve = vi
      .fn<() => Promise<CallerResolution>>()
      .mockResolvedValueOnce(key({ expiresAt: new Date(5_000) }))
      .mockResolvedValue({ outcome: "refused" });
    const callerOf = awaitedCallers(resolve, () => time);
    await callerOf({ apiKeyHash, groups: [] });
    time = 4_999;
    await expect(callerOf({ apiKeyHash, groups: [] })).resolves.toMatchObject({ scopes: ["read"] });
    time = 5_000;
    await expect(callerOf({ apiKeyHash, groups: [] })).rejects.toMatchObject({ type: "unauthenticated" });
  });
});

describe("a scope", () => {
  const caller = (...scopes: KeyScope[]) => ({
    userId: "user-1",
    identity: { apiKeyHash, groups: [] },
    scopes,
  });

  it.each([
    ["GET", "read"],
    ["POST", "write"],
    ["PATCH", "write"],
    ["PUT", "write"],
    ["DELETE", "write"],
  ] as const)("lets %s pass with %s alone", (method, scope) => {
    const other = scope === "read" ? "write" : "read";
    expect(() => requireScope(caller(scope), { method })).not.toThrow();
    expect(() => requireScope(caller(other), { method })).toThrow("forbidden");
  });

  it("is of no use where only a token will do", () => {
    const route = { method: "GET", credential: "token" } as const;
    expect(() => requireScope(caller("read", "write"), route)).toThrow("forbidden");
    const signedIn = { userId: "user-1", identity: { sub: "s", username: "ada", groups: [] } };
    expect(() => requireScope(signedIn, route)).not.toThrow();
  });
});
