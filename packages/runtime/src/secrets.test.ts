import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { forgetSecrets, loadDatabaseUrl, loadDirectDatabaseUrl, loadSecrets } from "./secrets.ts";

let server: Server;
let requests: string[] = [];
let secret = "";
let status = 200;

/** Secrets Manager's own protocol, so that the real SDK is what is tested. */
beforeEach(async () => {
  requests = [];
  status = 200;
  forgetSecrets();
  server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    requests.push(`${request.headers["x-amz-target"]} ${body}`);
    response.writeHead(status, { "content-type": "application/x-amz-json-1.1" });
    response.end(
      JSON.stringify(status === 200 ? { SecretString: secret } : { __type: "AccessDeniedException" }),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("AWS_ENDPOINT_URL", `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  for (const name of [
    "DATABASE_URL",
    "DIRECT_DATABASE_URL",
    "DATABASE_SECRET_ID",
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "MOMENTO_API_KEY",
    "SECRET_ID",
  ]) {
    vi.stubEnv(name, "");
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await new Promise((resolve) => server.close(resolve));
});

describe("loadSecrets", () => {
  it("reads plain variables without any call", async () => {
    vi.stubEnv("DATABASE_URL", "postgres://plain");
    expect(await loadSecrets()).toEqual({ databaseUrl: "postgres://plain" });
    expect(requests).toEqual([]);
  });

  it("makes one call for many callers; plain variables win", async () => {
    secret = JSON.stringify({ databaseUrl: "postgres://secret", openaiApiKey: "k", rotatedAt: "x" });
    vi.stubEnv("SECRET_ID", "parley/prod");
    vi.stubEnv("OPENAI_API_KEY", "plain");
    const [first] = await Promise.all([loadSecrets(), loadSecrets()]);
    await loadSecrets();
    expect(first).toEqual({ databaseUrl: "postgres://secret", openaiApiKey: "plain" });
    expect(requests).toEqual(['secretsmanager.GetSecretValue {"SecretId":"parley/prod"}']);
  });

  it("fetches again when told to, and after a failure", async () => {
    vi.stubEnv("SECRET_ID", "parley/prod");
    status = 400;
    await expect(loadSecrets()).rejects.toThrow();
    status = 200;
    secret = '{"databaseUrl":"postgres://old"}';
    expect((await loadSecrets()).databaseUrl).toBe("postgres://old");
    secret = '{"databaseUrl":"postgres://rotated"}';
    expect((await loadSecrets()).databaseUrl).toBe("postgres://old");
    forgetSecrets();
    expect((await loadSecrets()).databaseUrl).toBe("postgres://rotated");
  });

  it("knows where the database is, or says that nobody told it", async () => {
    await expect(loadDatabaseUrl()).rejects.toThrow(/^DATABASE_URL is not set\.$/);
    vi.stubEnv("DATABASE_URL", "postgres://plain");
    forgetSecrets();
    expect(await loadDatabaseUrl()).toBe("postgres://plain");
  });

  it("takes the direct URL for what a pooler breaks, else the usual one", async () => {
    vi.stubEnv("DATABASE_URL", "postgres://pooled");
    expect(await loadDirectDatabaseUrl()).toBe("postgres://pooled");
    vi.stubEnv("DIRECT_DATABASE_URL", "postgres://direct");
    forgetSecrets();
    expect(await loadDirectDatabaseUrl()).toBe("postgres://direct");
  });

  it("makes the URL of a cluster of its secret, with TLS and whatever the password contains", async () => {
    secret = JSON.stringify({
      host: "db.local",
      port: 5432,
      dbname: "parley",
      username: "parley",
      password: "a/b@c",
    });
    vi.stubEnv("DATABASE_SECRET_ID", "cluster");
    expect(await loadDatabaseUrl()).toBe(
      "postgres://parley:a%2Fb%40c@db.local:5432/parley?sslmode=verify-full",
    );
    expect(requests).toEqual(['secretsmanager.GetSecretValue {"SecretId":"cluster"}']);
  });

  it("says which secret to fill when it is empty", async () => {
    secret = "{}";
    vi.stubEnv("SECRET_ID", "parley/prod");
    await expect(loadDatabaseUrl()).rejects.toThrow(
      /the secret parley\/prod has no databaseUrl: set it with/,
    );
  });

  it("does not quote a malformed secret", async () => {
    vi.stubEnv("SECRET_ID", "parley/prod");
    secret = "hunter2";
    const failure = loadSecrets();
    await expect(failure).rejects.toThrow(/SECRET_ID/);
    await expect(failure).rejects.not.toThrow(/hunter2/);
  });
});
