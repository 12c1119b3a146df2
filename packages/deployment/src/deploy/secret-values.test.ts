import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { describeValues } from "./describe-values.ts";
import { gatherSecretValues, type SecretValues } from "./secret-values.ts";

const url = "postgres://u:hunter2@db.example/parley";
const base = { environment: {}, present: undefined, needsDatabaseUrl: true, ask: undefined, say: () => {} };

test("the environment wins over what the secret holds, and the rest is kept", async () => {
  const present = { databaseUrl: url, openaiApiKey: "old", momentoApiKey: "kept", metricsToken: "t" };
  const environment = { OPENAI_API_KEY: " new ", ANTHROPIC_API_KEY: "" };
  expect(await gatherSecretValues({ ...base, present, environment })).toEqual({
    databaseUrl: url,
    openaiApiKey: "new",
    momentoApiKey: "kept",
    metricsToken: "t",
  });
});

test("a first deployment asks for what it is not given, once each; an empty answer is none", async () => {
  const questions: string[] = [];
  const values = await gatherSecretValues({
    ...base,
    environment: { OPENAI_API_KEY: "k" },
    ask: async (question) => {
      questions.push(question);
      return question.startsWith("URL of the Postgres") ? ` ${url} ` : "";
    },
  });
  expect(values).toEqual({ databaseUrl: url, openaiApiKey: "k", metricsToken: expect.any(String) });
  expect(questions).toHaveLength(5);
  expect(questions.join()).not.toMatch(/OpenAI key|metrics/i);
});

test("a later one asks nothing, and one with a cluster of its own not for URLs", async () => {
  const ask = async (question: string) => {
    if (/URL/.test(question)) throw new Error(question);
    return "";
  };
  const present = { databaseUrl: url, metricsToken: "t" };
  expect(await gatherSecretValues({ ...base, present, ask })).toEqual(present);
  const cluster = {
    ...base,
    needsDatabaseUrl: false,
    environment: { DATABASE_URL: "postgres://localhost/dev" },
  };
  expect(await gatherSecretValues({ ...cluster, ask })).toEqual({ metricsToken: expect.any(String) });
});

test("the token of the metrics comes from the environment, or is a new one that nobody guesses", async () => {
  const environment = { DATABASE_URL: url };
  const [one, two] = [
    await gatherSecretValues({ ...base, environment }),
    await gatherSecretValues({ ...base, environment }),
  ];
  expect(one.metricsToken).toMatch(/^[\w-]{32}$/);
  expect(one.metricsToken).not.toBe(two.metricsToken);
  const given = { ...environment, METRICS_TOKEN: "mine" };
  expect((await gatherSecretValues({ ...base, environment: given, present: one })).metricsToken).toBe("mine");
});

test.each(["localhost", "127.0.0.1", "10.0.0.7", "192.168.1.2", "172.20.0.1", "[::1]", "db.local"])(
  "a database at %s is refused: functions on AWS would not reach it",
  async (host) => {
    const environment = { DATABASE_URL: `postgres://u:hunter2@${host}:5432/parley` };
    const failure = gatherSecretValues({ ...base, environment });
    await expect(failure).rejects.toThrow(`DATABASE_URL names ${host}, which functions on AWS cannot reach`);
    await expect(failure).rejects.not.toThrow(/hunter2/);
  },
);

test("what functions read of the secret is what is written, told of, and passed on by the workflow", async () => {
  const variables: Record<keyof SecretValues, string> = {
    databaseUrl: "DATABASE_URL",
    directDatabaseUrl: "DIRECT_DATABASE_URL",
    openaiApiKey: "OPENAI_API_KEY",
    anthropicApiKey: "ANTHROPIC_API_KEY",
    providerKeys: "PROVIDER_KEYS",
    momentoApiKey: "MOMENTO_API_KEY",
    embeddingApiKey: "EMBEDDING_API_KEY",
    metricsToken: "METRICS_TOKEN",
    captchaSecret: "CAPTCHA_SECRET",
    otlpHeaders: "OTEL_EXPORTER_OTLP_HEADERS",
  };
  const given = {
    ...Object.fromEntries(Object.values(variables).map((name) => [name, url])),
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Basic%20k",
    PROVIDER_KEYS: '{"groq":"k"}',
  };
  expect(Object.keys(await gatherSecretValues({ ...base, environment: given })).toSorted()).toEqual(
    Object.keys(variables).toSorted(),
  );
  const text = (path: string) => readFile(new URL(`../../../../${path}`, import.meta.url), "utf8");
  const [handbook, workflow] = [await text("docs/operations.md"), await text(".github/workflows/deploy.yml")];
  for (const [key, variable] of Object.entries(variables)) {
    expect(handbook).toContain(`\`${key}\``);
    expect(handbook).toContain(variable);
    expect(workflow).toContain(`${variable}: \${{ secrets.${variable} }}`);
  }
});

test.each([
  [{}, /^DATABASE_URL is not set: .*parley\.config\.ts\.$/],
  [{ DATABASE_URL: "mysql://u:hunter2@db" }, /^DATABASE_URL is not a postgres:\/\/ URL\.$/],
  [
    { DATABASE_URL: url, DIRECT_DATABASE_URL: "hunter2" },
    /^DIRECT_DATABASE_URL is not a postgres:\/\/ URL\.$/,
  ],
])("%o is refused without its value", async (environment, message) => {
  const failure = gatherSecretValues({ ...base, environment });
  await expect(failure).rejects.toThrow(message);
  await expect(failure).rejects.not.toThrow(/hunter2/);
});

test("what a vendor's URL says to other clients is left out, and said", async () => {
  const said: string[] = [];
  const environment = { DATABASE_URL: `${url}?sslmode=require&channel_binding=require&pgbouncer=true` };
  const values = await gatherSecretValues({ ...base, environment, say: (line) => said.push(line) });
  expect(values.databaseUrl).toBe(`${url}?sslmode=require`);
  expect(said).toEqual([
    "DATABASE_URL: channel_binding and pgbouncer left out, which only other clients know.",
  ]);
});

test("it says what the keys mean", () => {
  expect(describeValues({}, true)).toEqual([
    "Models: no key is set, so the offline scripted model answers.",
    "Cache: no Momento key is set, so there is none.",
    "Metrics: a token for GET /metrics was generated; it is metricsToken in the secret.",
  ]);
  expect(describeValues({ openaiApiKey: "a", anthropicApiKey: "b", momentoApiKey: "c" }, false)).toEqual([
    "Models: OpenAI and Anthropic.",
    "Cache: Momento.",
    "Metrics: GET /metrics is for who has the secret's metricsToken.",
  ]);
  const models = { openaiBaseUrl: "https://llm.example:8443/v1", providers: [{ name: "bedrock" }] };
  expect(describeValues({}, false, models)[0]).toBe("Models: llm.example:8443 and bedrock.");
});
