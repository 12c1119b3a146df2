import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const { PATH, TMPDIR } = process.env;
/** Of somebody who has set nothing, in a folder where nothing runs. */
const bare = {
  PATH,
  TMPDIR,
  HOME: "/nonexistent",
  DATA_DIR: "/nonexistent",
  AWS_EC2_METADATA_DISABLED: "true",
};
const region = { AWS_REGION: "us-east-1" };
const nowhere = "http://127.0.0.1:65534";

/** Each with what a new user has forgotten or mistyped, and the last line that tells. */
const mistakes: readonly [words: string, environment: Record<string, string>, sentence: RegExp][] = [
  ["synth nowhere", {}, /^There is no stage nowhere /],
  ["deploy dev", {}, /^No AWS region is set: export AWS_REGION, /],
  ["deploy-check dev", region, /^AWS credentials are not found: /],
  [`deploy-check --url ${nowhere}`, {}, /^3 of the steps have failed\.$/],
  ["deploy-emulated --endpoint http://localhost:65534", {}, /^No emulator answers at .*: pip install /],
  ["deploy-check local --region us-east-1", {}, /^--region is that of a deployed stage: name one\.$/],
  ["admin-add notanemail", {}, /^notanemail is not an e-mail address\.$/],
  ["admin-add ada@example.com --stage dev", region, /^AWS credentials are not found: /],
  ["dead-letters", { API: "example", TOKEN: "t" }, /^API is no address: /],
  ["dead-letters --retry a --retry-all", {}, /^--retry asks for one and --retry-all for all: give one /],
  ["bench --only nowhere", {}, /^--only nowhere is not measured: it takes handlers, /],
  ["migrate", { DATABASE_URL: "mysql://db" }, /^DATABASE_URL must be a postgres:\/\/ URL\.$/],
];

test.concurrent.each(mistakes)("%s with %o says what to do", async (words, environment, sentence) => {
  const [command = "", ...others] = words.split(" ");
  const child = spawn(process.execPath, [`scripts/${command}.ts`, ...others], {
    cwd: root,
    env: { ...bare, ...environment },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [said, [code]] = await Promise.all([text(child.stderr), once(child, "close")]);
  expect(said.trimEnd()).toMatch(sentence);
  expect(said.trimEnd().split("\n")).toHaveLength(1);
  expect(code).toBe(1);
});
