import { StartupError } from "@parley/embedded-postgres/startup-error";
import { expect, test } from "vitest";
import { readSettings } from "../settings.ts";
import { activeModel } from "./active-model.ts";

const groq = JSON.stringify([{ name: "groq-eu", kind: "openai" }]);
const local = { OPENAI_BASE_URL: "http://localhost:11434/v1" };

test.each([
  [{ PROVIDERS: groq }, "PROVIDERS names groq-eu, whose key GROQ_EU_API_KEY is not set."],
  [
    { DEFAULT_MODEL: "openai/gpt-6.1-terra" },
    "DEFAULT_MODEL is openai/gpt-6.1-terra, which the configured providers do not offer.",
  ],
  [
    { OPENAI_API_KEY: "k", DEFAULT_MODEL: "nobody/m" },
    "DEFAULT_MODEL is nobody/m, which the configured providers do not offer.",
  ],
  [
    { ...local, DEFAULT_MODEL: "openai/m", FALLBACK_MODEL: "nobody/m" },
    "FALLBACK_MODEL is nobody/m, which the configured providers do not offer.",
  ],
  [local, "DEFAULT_MODEL is not set: name a model of the server, as openai/<its name of the model>."],
])("%j does not start, and one sentence says why", (variables, sentence) => {
  expect(() => activeModel(readSettings(variables))).toThrow(new StartupError(sentence));
});
