import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { administer } from "@parley/embedded-postgres/administer";
import { throwAwayFolder } from "@parley/embedded-postgres/throw-away";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findRunningStack } from "../running-stack.ts";
import { localSettings } from "../settings.ts";

const script = fileURLToPath(new URL("../../../../scripts/dev.ts", import.meta.url));
const run = promisify(execFile);

let dataDir: string;
let running: ChildProcess[];

beforeEach(async () => {
  dataDir = await throwAwayFolder();
  running = [];
});

afterEach(async () => {
  for (const child of running) {
    if (child.exitCode === null && child.signalCode === null) await stop(child);
  }
  await rm(dataDir, { recursive: true, force: true });
});

function startDev(variables: Record<string, string> = {}, ...args: string[]) {
  // Set but empty, so that a developer's own .env decides nothing.
  const unset = Object.fromEntries(Object.keys(localSettings).map((name) => [name, ""]));
  const own = { PATH: process.env.PATH, PORT: "0", DATA_DIR: dataDir, DEFAULT_MODEL: "scripted/echo" };
  const env = { ...unset, ...own, ...variables };
  const child = spawn(process.execPath, [script, ...args], { env });
  running.push(child);
  const output = { text: "" };
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output.text += chunk));
  return { child, output };
}

async function untilRunning(output: { text: string }): Promise<string> {
  await vi.waitFor(() => expect(output.text).toContain("/messages -H"), { timeout: 100_000, interval: 50 });
  return output.text.slice(output.text.indexOf("API=http"));
}

async function stop(child: ChildProcess): Promise<number | null> {
  child.kill("SIGINT");
  const [code] = await once(child, "exit");
  return code;
}

/** What `pnpm admin:add` prints, run beside the stack. */
async function addAdmin(email: string): Promise<string> {
  const script = fileURLToPath(new URL("../../../../scripts/admin-add.ts", import.meta.url));
  const env = { PATH: process.env.PATH, DATA_DIR: dataDir };
  const { stdout } = await run(process.execPath, [script, email], { env });
  return stdout;
}

async function failure(variables: Record<string, string>, ...args: string[]) {
  const { child, output } = startDev(variables, ...args);
  const [code] = await once(child, "close");
  return { code, text: output.text };
}

test("the printed session reaches a completed reply, and a second start keeps the data", async () => {
  const first = startDev();
  const session = await untilRunning(first.output);
  const { stdout, stderr } = await run("sh", ["-c", session.slice(0, session.indexOf("\n\n"))]);
  expect(stderr).toBe("");
  expect(stdout).toContain('"status":"completed"');
  expect(stdout).toContain('"content":"Echo: Hello, who are you?"');
  expect(first.output.text).toMatch(/^confirmation code for ada-\d+@example\.com: \d{6}$/m);
  const email = first.output.text.match(/ada-\d+@example\.com/)?.[0] ?? "";
  expect(await stop(first.child)).toBe(0);

  const second = startDev({}, "--services");
  const url = (await untilRunning(second.output)).match(/API=(\S+)/)?.[1];
  const login = () =>
    fetch(`${url}/v1/auth/login`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ email, password: "Correct-Horse-7" }),
    });
  expect((await login()).status).toBe(200);
  expect(await addAdmin(email)).toBe(`${email} is an admin, from the next sign-in on.\n`);
  const { accessToken } = (await (await login()).json()) as { accessToken: string };
  const users = await fetch(`${url}/v1/admin/users`, { headers: { authorization: `Bearer ${accessToken}` } });
  expect(users.status).toBe(200);
  const { services } = (await findRunningStack(dataDir)) ?? {};
  // What it offers to containers is what it uses itself.
  const people = await fetch(`${services?.cognitoEndpoint}/_mailbox?email=${email}`);
  expect(await people.json()).toEqual({ codes: expect.anything() });
  expect(await administer(services?.databaseUrl ?? "", "select 1 as one")).toEqual([{ one: 1 }]);
  expect(second.output.text).toContain(services?.queueUrl);
  expect(await failure({})).toEqual({
    code: 1,
    text: expect.stringMatching(/^Another Parley stack \(process \d+\) uses the data folder \S+: .*\n$/),
  });
  expect(await stop(second.child)).toBe(0);
});

test("--reset forgets the data of a killed stack", async () => {
  const first = startDev();
  await untilRunning(first.output);
  first.child.kill("SIGKILL");
  await once(first.child, "exit");
  const second = startDev({}, "--", "--reset");
  await untilRunning(second.output);
  expect(second.output.text).toMatch(
    /^Forgetting the data in .*\nStarting Postgres\nCreating the database cluster\n/,
  );
});

test.each([
  [{ PORT: "nope" }, [], "PORT must be a number."],
  [
    { DEFAULT_MODEL: "openai/none" },
    [],
    "DEFAULT_MODEL is openai/none, which the configured providers do not offer.",
  ],
  [
    { FALLBACK_MODEL: "foo/bar" },
    [],
    "FALLBACK_MODEL is foo/bar, which the configured providers do not offer.",
  ],
  [{ TITLE_MODEL: "foo/bar" }, [], "TITLE_MODEL is foo/bar, which the configured providers do not offer."],
  [{}, ["--rest"], expect.stringContaining("The options of dev are --reset")],
  [
    { DATABASE_URL: "postgres://user:secret@127.0.0.1:1/none" },
    [],
    expect.stringMatching(
      /The migrations cannot be applied to the database: connect ECONNREFUSED 127\.0\.0\.1:1\.$/,
    ),
  ],
])("%j %j ends with one sentence and code 1", async (variables, args, sentence) => {
  const { code, text } = await failure(variables, ...args);
  expect(code).toBe(1);
  expect(text.trim()).toEqual(sentence);
});
