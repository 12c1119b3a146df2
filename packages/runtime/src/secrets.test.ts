import {
  type SecretsManager,
  startSecretsManager,
} from "@parley/local/secrets-manager/start-secrets-manager";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

// A module for each test, as an environment has one for itself.
let { loadDatabaseUrl, loadDirectDatabaseUrl, loadSecrets, refreshSecrets } = await import("./secrets.ts");
let manager: SecretsManager;

beforeEach(async () => {
  vi.resetModules();
  ({ loadDatabaseUrl, loadDirectDatabaseUrl, loadSecrets, refreshSecrets } = await import("./secrets.ts"));
  manager = await startSecretsManager();
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", manager.endpoint);
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
  await manager.close();
});

describe("loadSecrets", () => {
  it("reads plain variables without any call", async () => {
    vi.stubEnv("DATABASE_URL", "postgres://plain");
    expect(await loadSecrets()).toEqual({ databaseUrl: "postgres://plain" });
    expect(manager.requests).toEqual([]);
  });

  it("makes one call for many callers; plain variables win", async () => {
    manager.put(JSON.stringify({ databaseUrl: "postgres://secret", openaiApiKey: "k", rotatedAt: "x" }));
    vi.stubEnv("SECRET_ID", "parley/prod");
    vi.stubEnv("OPENAI_API_KEY", "plain");
    const [first] = await Promise.all([loadSecrets(), loadSecrets()]);
    await loadSecrets();
    expect(first).toEqual({ databaseUrl: "postgres://secret", openaiApiKey: "plain" });
    expect(manager.requests).toEqual(['secretsmanager.GetSecretValue {"SecretId":"parley/prod"}']);
  });

  it("fetches again after a failure", async () => {
    vi.stubEnv("SECRET_ID", "parley/prod");
    manager.refuse(true);
    await expect(loadSecrets()).rejects.toThrow();
    manager.refuse(false);
    manager.put('{"databaseUrl":"postgres://old"}');
    expect((await loadSecrets()).databaseUrl).toBe("postgres://old");
  });

  it("knows where the database is, or says that nobody told it", async () => {
    await expect(loadDatabaseUrl()).rejects.toThrow(/^DATABASE_URL is not set\.$/);
  });

  it("takes a plain variable for it", async () => {
    vi.stubEnv("DATABASE_URL", "postgres://plain");
    expect(await loadDatabaseUrl()).toBe("postgres://plain");
  });

  it("takes the direct URL for what a pooler breaks, else the pooled one", async () => {
    vi.stubEnv("DATABASE_URL", "postgres://pooled");
    expect(await loadDirectDatabaseUrl()).toBe("postgres://pooled");
  });

  it("or the direct one alone", async () => {
    vi.stubEnv("DIRECT_DATABASE_URL", "postgres://direct");
    expect(await loadDirectDatabaseUrl()).toBe("postgres://direct");
  });

  it("makes the URL of a cluster of its secret, with TLS and whatever the password contains", async () => {
    manager.put(
      JSON.stringify({
        host: "db.local",
        port: 5432,
        dbname: "parley",
        username: "parley",
        password: "a/b@c",
      }),
    );
    vi.stubEnv("DATABASE_SECRET_ID", "cluster");
    expect(await loadDatabaseUrl()).toBe(
      "postgres://parley:a%2Fb%40c@db.local:5432/parley?sslmode=verify-full",
    );
    expect(manager.requests).toEqual(['secretsmanager.GetSecretValue {"SecretId":"cluster"}']);
    // Migrations run on the cluster, too, and not on a database that the stage had before.
    expect(await loadDirectDatabaseUrl()).toBe(await loadDatabaseUrl());
  });

  it("says which secret to fill when it is empty", async () => {
    manager.put("{}");
    vi.stubEnv("SECRET_ID", "parley/prod");
    await expect(loadDatabaseUrl()).rejects.toThrow(
      /the secret parley\/prod has no databaseUrl: set it with/,
    );
  });

  it("does not quote a malformed secret", async () => {
    vi.stubEnv("SECRET_ID", "parley/prod");
    manager.put("hunter2");
    const failure = loadSecrets();
    await expect(failure).rejects.toThrow(/SECRET_ID/);
    await expect(failure).rejects.not.toThrow(/hunter2/);
  });
});

describe("refreshSecrets", () => {
  beforeEach(() => {
    vi.stubEnv("SECRET_ID", "parley/prod");
    vi.spyOn(process.stdout, "write").mockReturnValue(true);
    vi.spyOn(process.stderr, "write").mockReturnValue(true);
    manager.put('{"databaseUrl":"postgres://old"}');
  });
  afterEach(() => void vi.restoreAllMocks());

  it("brings a rotated value, by one call for all that were refused", async () => {
    expect((await loadSecrets()).databaseUrl).toBe("postgres://old");
    manager.put('{"databaseUrl":"postgres://rotated"}');
    await Promise.all([refreshSecrets(), refreshSecrets(), refreshSecrets()]);
    expect((await loadSecrets()).databaseUrl).toBe("postgres://rotated");
    expect(manager.requests).toHaveLength(2);
  });

  it("asks no more than once in ten seconds, and answers the same object when nothing has changed", async () => {
    const now = vi.spyOn(performance, "now").mockReturnValue(100_000);
    const before = await loadSecrets();
    await refreshSecrets();
    expect(await loadSecrets()).toBe(before);
    manager.put('{"databaseUrl":"postgres://rotated"}');
    now.mockReturnValue(109_999);
    await refreshSecrets();
    expect(await loadSecrets()).toBe(before);
    now.mockReturnValue(110_000);
    await refreshSecrets();
    expect((await loadSecrets()).databaseUrl).toBe("postgres://rotated");
  });

  it("keeps what there is while Secrets Manager does not answer", async () => {
    const before = await loadSecrets();
    manager.refuse(true);
    await refreshSecrets();
    expect(await loadSecrets()).toBe(before);
  });

  it("asks nobody where plain variables hold everything", async () => {
    vi.stubEnv("SECRET_ID", "");
    vi.stubEnv("DATABASE_URL", "postgres://plain");
    await loadSecrets();
    await refreshSecrets();
    expect(manager.requests).toEqual([]);
  });
});
