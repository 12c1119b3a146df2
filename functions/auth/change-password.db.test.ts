import { authAnswers } from "@parley/contract/answers/auth";
import { openDatabase } from "@parley/data/database";
import { resolveUser } from "@parley/data/users";
import { createTestDatabase } from "@parley/embedded-postgres/test-database";
import { captureLog } from "@parley/http/testing/capture-log";

import { afterAll, beforeAll, expect, test } from "vitest";
import { password, startAuthApi, type Tokens } from "./auth-api.fixture.ts";

captureLog();
const newPassword = "Battery-Staple-8";
let database: Awaited<ReturnType<typeof createTestDatabase>>;
let api: Awaited<ReturnType<typeof startAuthApi>>;

beforeAll(async () => {
  database = await createTestDatabase();
  api = await startAuthApi({ databaseUrl: database.url });
});
afterAll(async () => {
  await api.close();
  await database.drop();
});

async function signIn(email: string) {
  const tokens = (await api.post("login", { email, password })).body as Tokens;
  const [, payload = ""] = tokens.accessToken.split(".");
  const { sub } = JSON.parse(Buffer.from(payload, "base64url").toString()) as { sub: string };
  const change = (body: object, accessToken = tokens.accessToken) =>
    api.post(
      "change-password",
      { currentPassword: password, newPassword, ...body },
      { Authorization: `Bearer ${accessToken}` },
      { sub, username: sub, groups: "" },
    );
  return { tokens, sub, change };
}

test("the password changes for whoever knows the present one", async () => {
  await api.signUp("ada@example.com");
  await api.signUp("bob@example.com");
  const { change } = await signIn("ada@example.com");
  expect(await change({ currentPassword: "Wrong-Pass-1" })).toMatchObject({
    status: 400,
    errorPaths: ["body.currentPassword"],
  });
  expect(await change({ newPassword: "weak" })).toMatchObject({
    status: 400,
    errorPaths: ["body.newPassword"],
  });
  expect((await change({})).status).toBe(200);
  expect((await api.post("login", { email: "ada@example.com", password })).status).toBe(401);
  const login = await api.post("login", { email: "ada@example.com", password: newPassword });
  expect(login.status).toBe(200);
  expect((await api.post("login", { email: "bob@example.com", password })).status).toBe(200);
});

const refreshed = async ({ refreshToken }: Tokens) => (await api.post("refresh", { refreshToken })).status;

test("a new password ends every session but the one that the answer opens", async () => {
  await api.signUp("eva@example.com");
  await api.signUp("fay@example.com");
  const [here, elsewhere, other] = [
    await signIn("eva@example.com"),
    await signIn("eva@example.com"),
    await signIn("fay@example.com"),
  ];
  const changed = await here.change({});
  const tokens = authAnswers.changePassword[200].parse(changed.body);
  expect([await refreshed(here.tokens), await refreshed(elsewhere.tokens)]).toEqual([401, 401]);
  expect([await refreshed(tokens), await refreshed(other.tokens)]).toEqual([200, 200]);
});

test("signing out everywhere ends every session of one user, as often as it is asked", async () => {
  await api.signUp("ida@example.com");
  await api.signUp("kim@example.com");
  const [here, elsewhere, other] = [
    await signIn("ida@example.com"),
    await signIn("ida@example.com"),
    await signIn("kim@example.com"),
  ];
  const signOut = (authorizer?: object) => api.post("sign-out-everywhere", undefined, {}, authorizer);
  expect((await signOut()).status).toBe(401);
  for (let time = 0; time < 2; time++) {
    expect(await signOut({ sub: here.sub, username: here.sub, groups: "" })).toMatchObject({
      status: 204,
      body: undefined,
    });
  }
  expect([await refreshed(here.tokens), await refreshed(elsewhere.tokens)]).toEqual([401, 401]);
  expect(await refreshed(other.tokens)).toBe(200);
  expect((await api.post("login", { email: "ida@example.com", password })).status).toBe(200);
});

test("a token that was revoked meanwhile is a 401", async () => {
  await api.signUp("carol@example.com");
  const { tokens, change } = await signIn("carol@example.com");
  await api.post("logout", { refreshToken: tokens.refreshToken });
  expect(await change({})).toMatchObject({ status: 401, body: { type: "/problems/unauthenticated" } });
});

test("without a caller it is a 401, for a disabled user a 403", async () => {
  const body = { currentPassword: password, newPassword };
  expect((await api.post("change-password", body)).status).toBe(401);
  await api.signUp("dan@example.com");
  const { sub, change } = await signIn("dan@example.com");
  const connection = openDatabase(database.url);
  await resolveUser(connection, { sub }, 0);
  await connection.run(async ({ orm }) =>
    orm.execute(`update users set disabled_at = now() where cognito_sub = '${sub}'`),
  );
  await connection.close();
  expect((await change({})).status).toBe(403);
});
