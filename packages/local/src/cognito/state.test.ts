import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { CognitoIdentityProvider } from "@aws-sdk/client-cognito-identity-provider";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ClientId, Password, startTestPool, userPoolId } from "./pool.fixture.ts";

let folder: string;
let dataFile: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-cognito-state-"));
  dataFile = join(folder, "cognito.json");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test("a second start keeps keys, users, sessions and codes", async () => {
  const first = await startTestPool({ dataFile });
  await first.register("ada@example.com");
  await first.client.signUp({ ClientId, Username: "bob@example.com", Password });
  const { RefreshToken, AccessToken } = await first.signIn("ada@example.com");
  await first.close();

  const second = await startTestPool({ dataFile });
  expect(second.cognito.jwks).toEqual(first.cognito.jwks);
  await second.client.getUser({ AccessToken });
  await second.refresh(RefreshToken);
  await second.client.confirmSignUp({
    ClientId,
    Username: "bob@example.com",
    ConfirmationCode: second.lastCode("bob@example.com"),
  });
  await second.signIn("bob@example.com");
  await second.close();
});

test("the file is its owner's and holds no password", async () => {
  const pool = await startTestPool({ dataFile });
  await pool.register("ada@example.com");
  const { RefreshToken } = await pool.signIn("ada@example.com");
  await pool.close();
  const text = await readFile(dataFile, "utf8");
  expect(text).not.toContain(Password);
  expect(text).not.toContain(RefreshToken);
  expect((await stat(dataFile)).mode & 0o777).toBe(0o600);
});

test("a damaged file is one clear sentence", async () => {
  await writeFile(dataFile, '{"version":1,"use');
  await expect(startTestPool({ dataFile })).rejects.toThrow(
    `The user pool file ${dataFile} is damaged; start with --reset to forget all local data.`,
  );
});

test("kill -9 loses no sign-up that was answered", async () => {
  const script = `
    import { startCognito } from ${JSON.stringify(new URL("./start-cognito.ts", import.meta.url).href)};
    const options = ${JSON.stringify({ userPoolId, clientId: ClientId, region: "eu-central-1", dataFile })};
    console.log((await startCognito({ ...options, onCode() {} })).endpoint);
  `;
  const child = spawn(process.execPath, ["--input-type=module", "--eval", script], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [endpoint] = await once(createInterface(child.stdout), "line");
  const client = new CognitoIdentityProvider({ region: "eu-central-1", endpoint, maxAttempts: 1 });
  const answered: string[] = [];
  const calls = Array.from({ length: 12 }, async (_, index) => {
    const Username = `user${index}@example.com`;
    await client.signUp({ ClientId, Username, Password });
    answered.push(Username);
    if (answered.length === 4) child.kill("SIGKILL");
  });
  await Promise.allSettled(calls);
  client.destroy();
  expect(answered.length).toBeGreaterThanOrEqual(4);

  const pool = await startTestPool({ dataFile });
  for (const Username of answered) {
    await pool.client.confirmSignUp({ ClientId, Username, ConfirmationCode: pool.lastCode(Username) });
  }
  await pool.close();
});
