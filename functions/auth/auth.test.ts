import { authAnswers } from "@parley/contract/answers/auth";
import { captureLog } from "@parley/http/testing/capture-log";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { password, startAuthApi, type Tokens } from "./auth-api.fixture.ts";

const lines = captureLog();
let api: Awaited<ReturnType<typeof startAuthApi>>;
let triggerFailure: Error | undefined;

beforeAll(async () => {
  api = await startAuthApi({
    triggers: {
      async postConfirmation() {
        if (triggerFailure) throw triggerFailure;
      },
    },
  });
});
afterAll(() => api.close());
afterEach(() => {
  for (const secret of [password, "Battery-Staple-8", "eyJ"]) expect(lines().join("")).not.toContain(secret);
});

const login = async (email: string, given = password) => {
  const answer = await api.post("login", { email, password: given });
  return { status: answer.status, tokens: answer.body as Tokens };
};

/** A problem without what is of this one request. */
const problemOf = (answer: { body: unknown }) => ({ ...(answer.body as object), instance: undefined });

test("register, confirm, login, refresh, logout", async () => {
  const email = "ada@example.com";
  const registered = await api.post("register", { email: " Ada@Example.com ", password, displayName: "Ada" });
  expect(registered).toMatchObject({
    status: 201,
    body: { userConfirmed: false, codeDelivery: { destination: "a***@e***", medium: "email" } },
  });
  authAnswers.register[201].parse(registered.body);
  expect(await api.post("login", { email, password })).toMatchObject({
    status: 403,
    body: { type: "/problems/forbidden", detail: expect.stringContaining("Confirm") },
  });
  expect(await api.post("confirm", { email, code: api.lastCode(email) })).toMatchObject({
    status: 204,
    body: undefined,
  });
  const signedIn = await api.post("login", { email, password });
  expect(signedIn).toMatchObject({ status: 200, body: { expiresIn: 3600, tokenType: "Bearer" } });
  const { refreshToken } = authAnswers.login[200].parse(signedIn.body);

  const refreshed = await api.post("refresh", { refreshToken });
  expect(refreshed).toMatchObject({ status: 200, body: { refreshToken } });
  authAnswers.refresh[200].parse(refreshed.body);
  expect(await api.post("logout", { refreshToken })).toMatchObject({ status: 204 });
  expect(await api.post("refresh", { refreshToken })).toMatchObject({
    status: 401,
    headers: { "www-authenticate": "Bearer" },
    body: { type: "/problems/unauthenticated" },
  });
  expect((await api.post("logout", { refreshToken })).status).toBe(204);
  expect(lines().join("")).toContain("/v1/auth/refresh");
});

test("an address that has an account gets the answer of one that has none, and its owner a code", async () => {
  const email = "bob@example.com";
  const unknown = await api.post("register", { email, password });
  const first = api.lastCode(email);
  const unconfirmed = await api.post("register", { email: "BOB@example.com", password: "Another-Horse-8" });
  expect(api.cognito.mailbox(email)).toHaveLength(2);
  await api.post("confirm", { email, code: api.lastCode(email) });
  expect(await api.post("login", { email, password: "Another-Horse-8" })).toMatchObject({ status: 401 });
  expect(await api.post("login", { email, password })).toMatchObject({ status: 200 });
  const confirmed = await api.post("register", { email, password });
  expect(api.lastCode(email)).not.toBe(first);
  const code = api.lastCode(email);
  expect(await api.post("reset-password", { email, code, password: "New-Horse-9" })).toMatchObject({
    status: 204,
  });
  for (const answer of [unconfirmed, confirmed]) {
    expect({ status: answer.status, body: answer.body }).toEqual({ status: 201, body: unknown.body });
  }
});

test.each(["Sh-1", "correct-horse-7", " Correct-Horse-7"])(
  "a password against the policy (%j) is a 400 at its place",
  async (weak) => {
    expect(await api.post("register", { email: "weak@example.com", password: weak })).toMatchObject({
      status: 400,
      errorPaths: ["body.password"],
      body: { errors: [{ message: expect.stringContaining("at least 8 characters") }] },
    });
  },
);

test("unknown address, wrong password and disabled account are answered alike", async () => {
  await api.signUp("carol@example.com");
  await api.signUp("off@example.com");
  await api.disable("off@example.com");
  const answers = [
    await api.post("login", { email: "nobody@example.com", password }),
    await api.post("login", { email: "carol@example.com", password: "Wrong-Pass-1" }),
    await api.post("login", { email: "off@example.com", password }),
  ];
  expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401]);
  expect(answers.map((answer) => answer.body)).toEqual(Array(3).fill(answers[0]?.body));
});

test("whom Cognito has locked out is told so, known or not, even with the right password", async () => {
  await api.signUp("lea@example.com");
  for (const email of ["lea@example.com", "nobody-either@example.com"]) {
    for (let attempt = 0; attempt < 5; attempt++) {
      expect((await login(email, "Wrong-Pass-1")).status).toBe(401);
    }
    expect(await api.post("login", { email, password })).toMatchObject({
      status: 429,
      headers: { "retry-after": "60" },
      body: { type: "/problems/rate-limited", detail: "Too many attempts. Try again later." },
    });
  }
});

test("a wrong, a used and a never sent code are one 400", async () => {
  const email = "dan@example.com";
  await api.post("register", { email, password });
  const code = api.lastCode(email);
  const wrong = code === "000000" ? "000001" : "000000";
  const answers = [await api.post("confirm", { email, code: wrong })];
  await api.post("confirm", { email, code });
  answers.push(await api.post("confirm", { email, code }));
  answers.push(await api.post("confirm", { email: "nobody@example.com", code }));
  for (const answer of answers) {
    expect(answer).toMatchObject({ status: 400, errorPaths: ["body.code"] });
    expect(problemOf(answer)).toEqual(problemOf(answers[0] ?? answer));
  }
  expect(lines().join("")).not.toContain(code);
});

test("too many wrong codes are a 429", async () => {
  const email = "eve@example.com";
  await api.post("register", { email, password });
  const wrong = api.lastCode(email) === "000000" ? "000001" : "000000";
  for (let attempt = 0; attempt < 5; attempt++) await api.post("confirm", { email, code: wrong });
  expect(await api.post("confirm", { email, code: wrong })).toMatchObject({
    status: 429,
    headers: { "retry-after": "60" },
    body: { type: "/problems/rate-limited" },
  });
});

test("resend-code and forgot-password answer alike for known, confirmed and unknown addresses", async () => {
  await api.signUp("sam@example.com");
  await api.post("register", { email: "sue@example.com", password });
  for (const route of ["resend-code", "forgot-password"]) {
    for (const email of ["sam@example.com", "sue@example.com", "stranger@example.com"]) {
      const answer = await api.post(route, { email });
      expect(answer).toMatchObject({ status: 202 });
      expect(answer.body).toEqual({ codeDelivery: { destination: "s***@e***", medium: "email" } });
    }
  }
  const purposes = (email: string) => api.cognito.mailbox(email).map((sent) => sent.purpose);
  expect(purposes("sue@example.com")).toEqual(["sign-up", "sign-up"]);
  expect(purposes("sam@example.com")).toEqual(["sign-up", "reset-password"]);
  expect(purposes("stranger@example.com")).toEqual([]);
});

test("a forgotten password is reset by code", async () => {
  const email = "finn@example.com";
  await api.signUp(email);
  await api.post("forgot-password", { email });
  const code = api.lastCode(email);
  const reset = (given: object) => api.post("reset-password", { email, code, password, ...given });
  expect(await reset({ password: "weak" })).toMatchObject({ status: 400, errorPaths: ["body.password"] });
  expect(await reset({ email: "nobody@example.com" })).toMatchObject({
    status: 400,
    errorPaths: ["body.code"],
  });
  expect((await reset({ password: "Battery-Staple-8" })).status).toBe(204);
  expect((await login(email)).status).toBe(401);
  expect((await login(email, "Battery-Staple-8")).status).toBe(200);
});

test("a failing trigger fails no confirmation", async () => {
  triggerFailure = new Error("no database");
  await api.post("register", { email: "gil@example.com", password });
  const code = api.lastCode("gil@example.com");
  expect((await api.post("confirm", { email: "gil@example.com", code })).status).toBe(204);
  triggerFailure = undefined;
  expect((await login("gil@example.com")).status).toBe(200);
});

test("a reset whose sessions could not be ended says so: the code is used up, the password set", async () => {
  const email = "joe@example.com";
  await api.signUp(email);
  await api.post("forgot-password", { email });
  const body = { email, code: api.lastCode(email), password: "Battery-Staple-8" };
  triggerFailure = new Error("throttled");
  expect(await api.post("reset-password", body)).toMatchObject({
    status: 503,
    body: { type: "/problems/unavailable", detail: expect.stringContaining("sign-out-everywhere") },
  });
  triggerFailure = undefined;
  expect((await login(email, body.password)).status).toBe(200);
});

test("logout with another token is refused: the refresh token would live on", async () => {
  await api.signUp("hal@example.com");
  const { tokens } = await login("hal@example.com");
  for (const refreshToken of [tokens.accessToken, "not a token"]) {
    expect(await api.post("logout", { refreshToken })).toMatchObject({
      status: 400,
      errorPaths: ["body.refreshToken"],
    });
  }
  expect(await api.post("refresh", { refreshToken: tokens.accessToken })).toMatchObject({ status: 401 });
});

test("an address longer than Cognito takes is a 400 at its place, wherever it is given", async () => {
  const email = `${"a".repeat(64)}@${"b".repeat(60)}.example.com`;
  expect((await api.post("register", { email, password })).errorPaths).toEqual(["body.email"]);
  expect((await api.post("confirm", { email, code: "123456" })).errorPaths).toEqual(["body.code"]);
  const reset = await api.post("reset-password", { email, code: "123456", password });
  expect(reset.errorPaths).toEqual(["body.code"]);
  expect((await login(email)).status).toBe(401);
  expect((await api.post("forgot-password", { email })).status).toBe(202);
});

test("unknown fields and bad shapes are refused before Cognito sees them", async () => {
  const body = { email: "ivy@example.com", password };
  expect((await api.post("register", { ...body, sub: "x" })).errorPaths).toEqual(["body.sub"]);
  expect((await api.post("register", { ...body, email: "ivy" })).errorPaths).toEqual(["body.email"]);
  expect((await api.post("confirm", { email: body.email, code: "12345" })).errorPaths).toEqual(["body.code"]);
  expect(api.cognito.mailbox("ivy@example.com")).toEqual([]);
});
