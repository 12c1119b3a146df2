import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import * as definitions from "./definitions.ts";
import { readSettings } from "./read-settings.ts";
import type { Setting } from "./setting.ts";

const all: Readonly<Record<string, Setting>> = definitions;

/** One setting out of its variable's text. */
function read(name: string, text: string | undefined): unknown {
  return readSettings({ [name]: all[name] as Setting }, { [name]: text })[name];
}

test.each([
  ["SEND_RATE_PER_SECOND", "0.5", 0.5],
  ["SEND_BURST", "1001", 1_001],
  ["REPLY_DEADLINE_SECONDS", "1", 1],
  ["REPLY_LEASE_SECONDS", "1.5", 1.5],
  ["REPLY_PATIENCE_SECONDS", "1.5", 1.5],
  ["MAX_WAIT_SECONDS", undefined, 0],
  ["MAX_WAIT_SECONDS", "", 0],
  ["OPENAI_BASE_URL", "", undefined],
  ["OPENAI_BASE_URL", "http://localhost:11434/v1", "http://localhost:11434/v1"],
  ["DATABASE_URL", "postgresql://user@host/db", "postgresql://user@host/db"],
  ["POWERTOOLS_LOG_LEVEL", "WARN", "WARN"],
  ["CORS_ORIGINS", undefined, []],
  ["CORS_ORIGINS", "https://a.example, ,*,", ["https://a.example", "*"]],
  ["ALLOWED_DOMAINS", "example.com, Example.ORG,", ["example.com", "example.org"]],
  [
    "SIGN_IN_PROVIDERS",
    "google:Google,oidc:GitHub",
    [
      { kind: "google", name: "Google" },
      { kind: "oidc", name: "GitHub" },
    ],
  ],
])("%s of %j is %j", (name, text, value) => {
  expect(read(name, text)).toEqual(value);
});

test.each([
  ["QUEUE_URL", undefined, "QUEUE_URL is not set."],
  ["QUEUE_URL", "", "QUEUE_URL is not set."],
  ["PORT", "seventy", "PORT must be a number."],
  ["PORT", "70000", "PORT must be at most 65535."],
  ["SEND_BURST", "1.5", "SEND_BURST must be a whole number."],
  ["SEND_BURST", "Infinity", "SEND_BURST must be a number."],
  ["SEND_RATE_PER_SECOND", "-1", "SEND_RATE_PER_SECOND must be at least 0."],
  ["SEND_RATE_PER_MINUTE", "3000000000", "SEND_RATE_PER_MINUTE must be at most 2147483647."],
  ["MAX_WAIT_SECONDS", "21", "MAX_WAIT_SECONDS must be at most 20."],
  ["DATABASE_URL", "mysql://root:hunter2@host", "DATABASE_URL must be a postgres:// URL."],
  ["QUEUE_URL", "ftp://host", "QUEUE_URL must be an http or https URL."],
  ["DEFAULT_MODEL", "gpt", "DEFAULT_MODEL must be a provider and a model, such as scripted/demo."],
  ["POWERTOOLS_LOG_LEVEL", "LOUD", "POWERTOOLS_LOG_LEVEL must be DEBUG, INFO, WARN or ERROR."],
  ...["chat.example.com", "https://a.example/", "https://a.example/chat", "ftp://a", "http://a,b"].map(
    (origins): [string, string, string] => [
      "CORS_ORIGINS",
      origins,
      "CORS_ORIGINS must be origins such as http://localhost:5173.",
    ],
  ),
  ["SIGN_IN_PROVIDERS", "saml:A", "SIGN_IN_PROVIDERS must be kinds and names, such as oidc:GitHub."],
  ["USER_POOL_JWKS", "{", "USER_POOL_JWKS must be a JSON Web Key Set."],
  ["USER_POOL_JWKS", '{"keys":[{"kid":"a"}]}', "USER_POOL_JWKS must be a JSON Web Key Set."],
])("%s of %j is refused in one sentence, without the value", (name, text, sentence) => {
  expect(() => read(name, text)).toThrow(new Error(sentence));
});

test("every default is a value that its setting takes", () => {
  for (const [name, setting] of Object.entries(all)) {
    if (setting.default === undefined || Array.isArray(setting.default)) continue;
    expect({ [name]: read(name, String(setting.default)) }).toEqual({ [name]: setting.default });
  }
});

test("every definition is marked as pure: a bundle has those that it reads", async () => {
  const files = [
    "definitions.ts",
    "captcha-definitions.ts",
    "limit-definitions.ts",
    "telemetry-definitions.ts",
  ];
  const texts = await Promise.all(files.map((file) => readFile(new URL(file, import.meta.url), "utf8")));
  const pure = [...texts.join("\n").matchAll(/^export const (\w+) = \/\* @__PURE__ \*\/ \w+\(/gm)].map(
    ([, name]) => name,
  );
  expect(pure.toSorted()).toEqual(Object.keys(all).toSorted());
});
