import { allRoutes } from "@parley/contract/routes/all";
import { expect, inject, it } from "vitest";
import { etagOf, signUp, startConversation } from "./client.ts";

const { url } = inject("stack");

function call(method: string, path: string, token?: string, init: RequestInit = {}): Promise<Response> {
  const headers = new Headers(init.headers);
  if (token !== undefined) headers.set("authorization", `Bearer ${token}`);
  return fetch(url + path, { redirect: "manual", ...init, method, headers });
}

it("answers HEAD as GET, without a body", async () => {
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  const path = `/v1/conversations/${await startConversation(ada)}`;
  for (const [token, asked] of [
    [ada.token, path],
    [ada.token, "/v1/me"],
    [ada.token, "/v1/conversations?limit=101"],
    [eve.token, path],
    [undefined, path],
    [undefined, "/health"],
    [undefined, "/docs"],
  ] as const) {
    const [get, head] = [await call("GET", asked, token), await call("HEAD", asked, token)];
    expect(head.status, asked).toBe(get.status);
    for (const name of ["content-type", "etag", "link"]) {
      expect(head.headers.get(name), `${name} of ${asked}`).toBe(get.headers.get(name));
    }
    expect(await head.text()).toBe("");
  }
  const etag = etagOf(await ada.send("getMe"));
  const known = await call("HEAD", "/v1/me", ada.token, { headers: { "if-none-match": etag } });
  expect(known.status).toBe(304);
});

it("says which methods a path takes, to anybody", async () => {
  for (const [method, path, allow] of [
    ["PUT", "/v1/conversations", "GET, HEAD, POST, OPTIONS"],
    ["POST", "/health", "GET, HEAD, OPTIONS"],
    ["GET", "/v1/auth/login", "POST, OPTIONS"],
    ["DELETE", "/v1/auth/login/", "POST, OPTIONS"],
    ["PROPFIND", "/v1/notes/tz4a98xxat96iws9zmbrgj3a", "DELETE, GET, HEAD, PATCH, OPTIONS"],
  ] as const) {
    const response = await call(method, path);
    expect(response.headers.get("allow"), path).toBe(allow);
    expect(await response.json()).toMatchObject({
      type: "/problems/method-not-allowed",
      status: 405,
      detail: expect.stringContaining(allow.replace(", OPTIONS", "")),
    });
  }
  const options = await call("OPTIONS", "/v1/me");
  expect([options.status, options.headers.get("allow")]).toEqual([204, "DELETE, GET, HEAD, PATCH, OPTIONS"]);
});

it("sends a path with a slash too many on to the one without, and no other", async () => {
  const ada = await signUp();
  for (const [method, path, location] of [
    ["GET", "/v1/conversations/?limit=5&q=a%20b", "/v1/conversations?limit=5&q=a%20b"],
    ["POST", "/v1/auth/login//", "/v1/auth/login"],
    ["HEAD", "/health/", "/health"],
    ["GET", "/nothing/here/", null],
    ["GET", "//evil.example/", null],
    ["GET", "/v1/notes/a%0d%0aSet-Cookie:x/", null],
    ["GET", "/v1//notes", null],
  ] as const) {
    const response = await call(method, path);
    expect([response.status, response.headers.get("location")], path).toEqual([
      location === null ? 404 : 308,
      location,
    ]);
  }
  const followed = await call("POST", "/v1/conversations/", ada.token, {
    redirect: "follow",
    headers: { "content-type": "application/json" },
    body: '{"title":"Followed"}',
  });
  expect(followed.status).toBe(201);
});

it("takes {} where no body is needed, and skips a byte order mark", async () => {
  const ada = await signUp();
  const json = { "content-type": "application/json" };
  const conversationId = await startConversation(ada);
  const path = `/v1/conversations/${conversationId}`;
  const marked = { headers: json, body: '\uFEFF{"title":"Marked"}' };
  expect(await (await call("PATCH", path, ada.token, marked)).json()).toMatchObject({ title: "Marked" });
  const some = await call("DELETE", path, ada.token, { headers: json, body: '{"now":true}' });
  expect(some.status).toBe(400);
  expect((await call("DELETE", path, ada.token, { headers: json, body: " { } " })).status).toBe(204);
  const restore = `${path}/restore`;
  expect((await call("POST", restore, ada.token, { body: "{}" })).status).toBe(200);
});

it("has every route of the contract under its own methods only", async () => {
  const paths = new Set(Object.values(allRoutes).map(({ path }) => path));
  const answers = await Promise.all(
    [...paths].map(async (path) => {
      const response = await call("PROPFIND", path.replace(/\{\w+\}/g, "tz4a98xxat96iws9zmbrgj3a"));
      return [path, response.status, response.headers.get("allow")];
    }),
  );
  for (const [path, status, allow] of answers) {
    expect(status, String(path)).toBe(405);
    for (const route of Object.values(allRoutes)) {
      if (route.path === path) expect(allow).toContain(route.method);
    }
  }
});
