import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { signUp } from "./client.ts";
import { type OwnStack, startOwnStack } from "./own-stack.ts";

const { url } = inject("stack");

describe.each(["/docs", "/redoc"])("%s", (path) => {
  it("is made of this server's files alone, which a policy holds", async () => {
    const response = await fetch(url + path);
    expect(response.headers.get("content-type")).toBe("text/html; charset=utf-8");
    expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
    const html = await response.text();
    expect(html).not.toMatch(/(?:https?:)?\/\/[a-z]/);
    expect(html).not.toMatch(/<script>|<style>| on\w+=/);
    const places = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, place]) => String(place));
    expect(places.length).toBeGreaterThan(2);
    for (const place of places) {
      const asset = await fetch(url + place);
      expect([place, asset.status]).toEqual([place, 200]);
      expect(asset.headers.get("cache-control")).toBe("public, max-age=3600");
      expect((await asset.arrayBuffer()).byteLength).toBeGreaterThan(50);
    }
  });
});

it("serves the console at /, of files that may be kept for ever", async () => {
  const response = await fetch(`${url}/`);
  expect(response.headers.get("cache-control")).toBe("no-cache");
  const policy = String(response.headers.get("content-security-policy"));
  expect(policy).toContain(`default-src 'none'; script-src 'self'; style-src 'self'`);
  expect(policy).toContain(`connect-src 'self' ${inject("stack").websocketUrl};`);
  const places = [...(await response.text()).matchAll(/(?:src|href)="([^"]+)"/g)].map(([, place]) => place);
  expect(places.length).toBeGreaterThan(3);
  for (const place of places) {
    const asset = await fetch(`${url}${place}`, { headers: { "accept-encoding": "gzip, br" } });
    expect([place, asset.status]).toEqual([place, 200]);
    expect(asset.headers.get("cache-control")).toBe("public, max-age=31536000, immutable");
    expect(asset.headers.get("content-encoding")).toBe("br");
    const plain = await fetch(`${url}${place}`, { headers: { "accept-encoding": "br;q=0" } });
    expect(await plain.text()).toBe(await asset.text());
    expect((await fetch(`${url}${place}.br`)).status).toBe(404);
  }
  for (const name of ["index.html", "index.mjs", "..%2Findex.mjs", "."]) {
    expect([400, 404]).toContain((await fetch(`${url}/console/${name}`)).status);
  }
});

it("packs its files for whoever takes them so, and answers 304 to who has them", async () => {
  const ask = (headers: Record<string, string>) => fetch(`${url}/docs/swagger-ui.js`, { headers });
  const plain = await ask({ "accept-encoding": "identity" });
  expect(plain.headers.get("content-encoding")).toBeNull();
  const packed = await ask({ "accept-encoding": "gzip" });
  expect(packed.headers.get("content-encoding")).toBe("gzip");
  expect(await packed.text()).toBe(await plain.text());
  const etag = String(packed.headers.get("etag"));
  expect(etag).not.toBe(plain.headers.get("etag"));
  const known = await ask({ "accept-encoding": "gzip", "if-none-match": etag });
  expect([known.status, await known.text()]).toEqual([304, ""]);
});

it("has no other files", async () => {
  for (const name of ["openapi.json", "index.ts", "constructor", "..%2Findex.ts", "swagger-ui.js.map"]) {
    expect([400, 404]).toContain((await fetch(`${url}/docs/${name}`)).status);
  }
});

it("describes this server, its own pages included", async () => {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as {
    openapi: string;
    servers: unknown[];
    paths: Record<string, unknown>;
  };
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.servers).toEqual([{ url: "/", description: "This deployment" }]);
  expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(["/docs", "/metrics", "/v1/me/export"]));
});

it("loads nothing from elsewhere in Redoc", async () => {
  const script = Buffer.from(await (await fetch(`${url}/docs/redoc.js`)).arrayBuffer());
  expect(script.length).toBeGreaterThan(500_000);
  expect(script.toString()).not.toContain("cdn.redoc.ly");
  expect(() => gunzipSync(script)).toThrow();
});

describe("/metrics", () => {
  let own: OwnStack;
  beforeAll(async () => {
    own = await startOwnStack({ METRICS_TOKEN: "a-token" });
  });
  afterAll(() => own.close());

  const scrape = (base: string, authorization?: string) =>
    fetch(`${base}/metrics`, { headers: authorization === undefined ? {} : { authorization } });

  it("is not there without a configured token", async () => {
    const [absent, nowhere] = await Promise.all([scrape(url, "Bearer x"), fetch(`${url}/nowhere`)]);
    expect([absent.status, nowhere.status]).toEqual([404, 404]);
  });

  it("is for who has the token", async () => {
    await signUp(own.address);
    for (const wrong of [undefined, "Bearer", "Bearer a-toke", "Basic a-token"]) {
      expect((await scrape(own.address.url, wrong)).status).toBe(401);
    }
    const answer = await scrape(own.address.url, "Bearer a-token");
    expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4; charset=utf-8");
    const text = await answer.text();
    expect(text).toContain("# TYPE parley_users gauge\nparley_users 1\n");
    expect(text).toMatch(/^parley_queue_messages\{state="waiting"\} \d+$/m);
    for (const line of text.trim().split("\n")) {
      expect(line).toMatch(
        /^(# (HELP|TYPE) parley_\w+ .+|parley_\w+(\{\w+="[^"]*"(,\w+="[^"]*")*\})? [\d.e+-]+)$/,
      );
    }
  });
});
