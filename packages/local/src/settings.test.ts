import { readFile } from "node:fs/promises";
import { parseEnv } from "node:util";
import { StartupError } from "@parley/embedded-postgres/startup-error";
import { expect, test } from "vitest";
import { functionVariables, readSettings, settingNames } from "./settings.ts";

test("without any setting there are defaults", () => {
  expect(readSettings({ PATH: "/bin", OPENAI_API_KEY: "" })).toEqual({
    PORT: 3000,
    HOST: "127.0.0.1",
    DATA_DIR: ".parley",
    CORS_ORIGINS: [],
    MOMENTO_CACHE_NAME: "parley",
    MAX_WAIT_SECONDS: 20,
  });
});

test("functions get what is theirs as text", () => {
  const settings = readSettings({ SEND_RATE_PER_SECOND: "0", OPENAI_API_KEY: "key", PORT: "0" });
  expect(functionVariables(settings)).toEqual({
    SEND_RATE_PER_SECOND: "0",
    OPENAI_API_KEY: "key",
    MOMENTO_CACHE_NAME: "parley",
    MAX_WAIT_SECONDS: "20",
  });
});

test.each([
  [{ PORT: "seventy" }, "PORT must be a number."],
  [{ PORT: "70000" }, "PORT must be at most 65535."],
  [{ SEND_RATE_PER_SECOND: "1.5" }, "SEND_RATE_PER_SECOND must be a whole number."],
  [{ DATABASE_URL: "mysql://secret@host/db" }, "DATABASE_URL must be a postgres:// URL."],
  [{ OPENAI_BASE_URL: "localhost:8080" }, "OPENAI_BASE_URL must be an http or https URL."],
  [{ POWERTOOLS_LOG_LEVEL: "LOUD" }, "POWERTOOLS_LOG_LEVEL must be DEBUG, INFO, WARN or ERROR."],
])("%j is one sentence", (variables, sentence) => {
  expect(() => readSettings(variables)).toThrow(new StartupError(sentence));
});

test(".env.example names every setting", async () => {
  const example = await readFile(new URL("../../../.env.example", import.meta.url), "utf8");
  const uncommented = example.replace(/^# ?(?=[A-Z_]+=)/gm, "");
  expect(Object.keys(parseEnv(uncommented)).toSorted()).toEqual(settingNames.toSorted());
});
