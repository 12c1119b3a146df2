import { type Database, openDatabase } from "@parley/data/database";
import { resolveUser } from "@parley/data/users";
import { createTestDatabase, type TestDatabase } from "@parley/embedded-postgres/test-database";
import { captureLog } from "@parley/http/testing/capture-log";
import { afterAll, beforeAll, expect, test } from "vitest";
import { password, startAuthApi, type Tokens } from "./auth-api.fixture.ts";

captureLog();
let server: TestDatabase;
let database: Database;
let api: Awaited<ReturnType<typeof startAuthApi>>;

beforeAll(async () => {
  server = await createTestDatabase();
  database = openDatabase(server.url);
  api = await startAuthApi({ databaseUrl: server.url });
});
afterAll(async () => {
  await api.close();
  await database.close();
  await server.drop();
});

/** Somebody who has signed up and in, and can use their token. */
async function signedIn(email: string) {
  await api.signUp(email);
  const { accessToken, refreshToken } = (await api.post("login", { email, password })).body as Tokens;
  const { sub } = JSON.parse(Buffer.from(accessToken.split(".")[1] ?? "", "base64url").toString());
  const emailOf = async () => {
    const found = await resolveUser(database, { sub, email }, 0);
    return "user" in found ? found.user.email : undefined;
  };
  expect(await emailOf()).toBe(email);
  const as = (name: string, body: object) =>
    api.post(name, body, { Authorization: `Bearer ${accessToken}` }, { sub, username: sub, groups: "" });
  return {
    refreshToken,
    emailOf,
    change: (to: string) => as("change-email", { email: to }),
    confirm: (code: string) => as("confirm-email", { code }),
  };
}

const login = async (email: string) => (await api.post("login", { email, password })).status;
const mails = (email: string) => api.cognito.mailbox(email).map(({ purpose }) => purpose);

test("a code to the new address makes it the user's; sign-in and sessions go on, and nobody else's changes", async () => {
  const [ada, bob] = [await signedIn("ada@example.com"), await signedIn("bob@example.com")];
  const answer = await ada.change(" Lovelace@Example.org ");
  expect(answer).toMatchObject({ status: 202, body: { codeDelivery: { destination: "l***@e***" } } });
  expect([await login("ada@example.com"), await login("lovelace@example.org")]).toEqual([200, 401]);
  const code = api.lastCode("lovelace@example.org");
  expect((await bob.confirm(code)).errorPaths).toEqual(["body.code"]);
  expect((await ada.confirm(code === "000000" ? "000001" : "000000")).errorPaths).toEqual(["body.code"]);
  expect(await ada.emailOf()).toBe("ada@example.com");
  expect(await ada.confirm(code)).toMatchObject({ status: 204, body: undefined });
  expect([await login("ada@example.com"), await login("lovelace@example.org")]).toEqual([401, 200]);
  expect([await ada.emailOf(), await bob.emailOf()]).toEqual(["lovelace@example.org", "bob@example.com"]);
  expect((await api.post("refresh", { refreshToken: ada.refreshToken })).status).toBe(200);
  expect((await ada.confirm(code)).errorPaths).toEqual(["body.code"]);
});

test("an address that somebody has is answered as one that nobody has, and gets no code", async () => {
  const [eve, owner] = [await signedIn("eve@example.com"), await signedIn("taken@example.com")];
  const answers = [await eve.change("taken@example.com"), await eve.change("tired@example.com")];
  expect(answers.map(({ status, body }) => [status, body])).toEqual(Array(2).fill([202, answers[0]?.body]));
  expect(mails("taken@example.com")).toEqual(["sign-up"]);
  expect(mails("tired@example.com")).toEqual(["change-email"]);
  const code = api.lastCode("tired@example.com");
  await api.signUp("tired@example.com");
  expect((await eve.confirm(code)).errorPaths).toEqual(["body.code"]);
  expect([await eve.emailOf(), await owner.emailOf()]).toEqual(["eve@example.com", "taken@example.com"]);
});

test("an address that Cognito has confirmed and the database missed is taken over by the next try", async () => {
  const flo = await signedIn("flo@example.com");
  await flo.change("florence@example.com");
  const code = api.lastCode("florence@example.com");
  await flo.confirm(code);
  await database.run(async ({ orm }) =>
    orm.execute("update users set email = 'flo@example.com' where email = 'florence@example.com'"),
  );
  expect((await flo.confirm(code)).status).toBe(204);
  expect(await flo.emailOf()).toBe("florence@example.com");
});

test("a token that was revoked, and none at all, change nothing", async () => {
  const gil = await signedIn("gil@example.com");
  await api.post("logout", { refreshToken: gil.refreshToken });
  expect((await gil.change("other@example.com")).status).toBe(401);
  expect((await api.post("change-email", { email: "other@example.com" })).status).toBe(401);
  expect(mails("other@example.com")).toEqual([]);
});
