import { expect, test } from "vitest";
import { describeValues, gatherSecretValues } from "./secret-values.ts";

const url = "postgres://u:hunter2@db.example/parley";
const base = { environment: {}, present: undefined, needsDatabaseUrl: true, ask: undefined };

test("the environment wins over what the secret holds, and the rest is kept", async () => {
  const present = { databaseUrl: url, openaiApiKey: "old", momentoApiKey: "kept" };
  const environment = { OPENAI_API_KEY: " new ", ANTHROPIC_API_KEY: "" };
  expect(await gatherSecretValues({ ...base, present, environment })).toEqual({
    databaseUrl: url,
    openaiApiKey: "new",
    momentoApiKey: "kept",
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
  expect(values).toEqual({ databaseUrl: url, openaiApiKey: "k" });
  expect(questions).toHaveLength(6);
  expect(questions.join()).not.toContain("OpenAI key");
});

test("a later one asks nothing, and one with a cluster of its own not for URLs", async () => {
  const ask = async (question: string) => {
    if (/URL/.test(question)) throw new Error(question);
    return "";
  };
  expect(await gatherSecretValues({ ...base, present: { databaseUrl: url }, ask })).toEqual({
    databaseUrl: url,
  });
  expect(await gatherSecretValues({ ...base, needsDatabaseUrl: false, ask })).toEqual({});
});

test.each([
  [{}, /^DATABASE_URL is not set: .*infra\/stages\.ts\.$/],
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

test("it says what the keys mean", () => {
  expect(describeValues({})).toEqual([
    "Models: no key is set, so the offline scripted model answers.",
    "Cache: no Momento key is set, so there is none.",
  ]);
  expect(describeValues({ openaiApiKey: "a", anthropicApiKey: "b", momentoApiKey: "c" })).toEqual([
    "Models: OpenAI and Anthropic.",
    "Cache: Momento.",
  ]);
});
