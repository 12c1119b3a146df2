import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { createApiKey, hashApiKey, looksLikeApiKey } from "./api-key.ts";

describe("a key", () => {
  const { key, hash, hint } = createApiKey();

  it("has prefix, secret and checksum, and a hash that is all there is to store", () => {
    expect(key).toMatch(/^parley_[0-9A-Za-z]{43}_[0-9A-Za-z]{6}$/);
    expect(looksLikeApiKey(key)).toBe(true);
    expect(hashApiKey(key)).toBe(hash);
    expect(hash).toBe(createHash("sha256").update(key).digest("hex"));
  });

  it("is told from others by its beginning, which gives nothing else away", () => {
    expect(hint).toHaveLength(13);
    expect(key.startsWith(hint)).toBe(true);
  });

  it("is another one every time, with all its digits in use", () => {
    const keys = Array.from({ length: 500 }, () => createApiKey().key);
    expect(new Set(keys).size).toBe(500);
    const digits = new Set(keys.flatMap((one) => [...one.slice("parley_".length, -7)]));
    expect(digits.size).toBe(62);
  });
});

describe("a credential that is no key", () => {
  const { key } = createApiKey();
  const swapped = key.at(10) === "a" ? "b" : "a";

  it.each([
    ["is empty", ""],
    ["has another prefix", key.replace("parley_", "orkley_")],
    ["has a mistyped digit", key.slice(0, 10) + swapped + key.slice(11)],
    ["has a wrong checksum", `${key.slice(0, -6)}000000`],
    ["is too short", key.slice(0, -1)],
    ["is too long", `${key}0`],
    ["has a foreign character", key.replace(/.(?=_[^_]*$)/, "é")],
    ["ends in a line break", `${key}\n`],
  ])("%s", (_, credential) => {
    expect(hashApiKey(credential)).toBeUndefined();
  });
});
