import { localUserPools } from "@parley/deployment/aws-clients";
import { checkDeployment } from "@parley/deployment/check/check-deployment";
import { expect, inject, test } from "vitest";
import { hasSignIn } from "./admins.ts";
import { ask, ended, signUp, startConversation } from "./client.ts";

const { url, cognitoEndpoint } = inject("stack");
const client = localUserPools("us-east-1", cognitoEndpoint);
const local = { url, userPool: { client, userPoolId: "us-east-1_parley" }, aws: undefined };

/** Each line as kind, step and text. */
async function check(deployment: Parameters<typeof checkDeployment>[0]) {
  const lines: string[][] = [];
  const failures = await checkDeployment(deployment, (line) => lines.push(line.split(/ {2,}/)));
  return { failures, lines, kinds: Object.fromEntries(lines.map(([kind, name]) => [name, kind])) };
}

test("what dev runs passes, and nothing but a user of its own is made and gone again", async () => {
  const other = await signUp();
  const { reply } = await ask(other, await startConversation(other), "Mine");
  const { failures, lines, kinds } = await check(local);
  expect(failures, lines.join("\n")).toBe(0);
  expect(kinds).toEqual({
    health: "ok",
    console: "ok",
    "sign-in page": "skipped",
    "sign-in": "ok",
    conversation: "ok",
    push: "ok",
    "clean-up": "ok",
    alarms: "skipped",
    "log groups": "skipped",
    "idle bill": "skipped",
  });
  const [email = ""] = lines.join(" ").match(/deploy-check-\S+@example\.com/) ?? [];
  expect(email).not.toBe("");
  expect(await hasSignIn(email)).toBe(false);
  expect(await hasSignIn(other.email)).toBe(true);
  expect((await ended(other, reply.id)).status).toBe("completed");
});

test("an address that nobody answers at fails in sentences, and leaves no user", async () => {
  const { failures, kinds, lines } = await check({ ...local, url: "http://127.0.0.1:9" });
  expect(failures).toBe(4);
  expect(kinds).toMatchObject({ health: "FAILED", "sign-in": "FAILED", conversation: "skipped" });
  for (const [, , text] of lines) expect(text).not.toMatch(/\bat |Error:/);
});

test("without a user pool only what strangers see is verified", async () => {
  const { failures, kinds } = await check({ ...local, userPool: undefined });
  expect(failures).toBe(0);
  expect(kinds).toMatchObject({ health: "ok", console: "ok", conversation: "skipped", push: "skipped" });
});
