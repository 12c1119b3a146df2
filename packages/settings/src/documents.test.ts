import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import * as definitions from "./definitions.ts";
import { readSettings } from "./read-settings.ts";
import type { Setting } from "./setting.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const settings: Readonly<Record<string, Setting>> = definitions;

/** Variables and states of AWS, of the command that deploys, of Node, of Postgres' image and of the tests, and keys of providers. */
const others = new Set([
  "ALARM_EMAIL",
  "AWS_DEFAULT_REGION",
  "AWS_DEPLOY_ROLE_ARN",
  "AWS_PROFILE",
  "AWS_REGION",
  "AZURE_API_KEY",
  "BEDROCK_API_KEY",
  "CHAOS_FULL",
  "DEEPSEEK_API_KEY",
  "FUZZ_RUNS",
  "GEMINI_API_KEY",
  "GROQ_API_KEY",
  "KEY_ID",
  "MISTRAL_API_KEY",
  "NODE_COMPILE_CACHE",
  "NODE_OPTIONS",
  "OPENROUTER_API_KEY",
  "UPDATE_ROLLBACK_FAILED",
  "POSTGRES_DB",
  "POSTGRES_PASSWORD",
  "POSTGRES_USER",
  "STAGE_SETTINGS",
  "VITE_PARLEY_URL",
]);

const patterns = [
  "*.md",
  "docs/*.md",
  "docs/guide/*.md",
  "compose.yaml",
  "Dockerfile",
  ".github/workflows/*",
];
const paths = globSync(patterns, { cwd: root }).toSorted();
const documents = await Promise.all(
  paths.map(async (path) => ({ path, text: await readFile(`${root}${path}`, "utf8") })),
);

test("the documents name settings that there are", () => {
  expect(paths).toContain("README.md");
  expect(paths).toContain("docs/operations.md");
  const unknown = documents.flatMap(({ path, text }) =>
    [...text.matchAll(/\b[A-Z][A-Z0-9]+(?:_[A-Z0-9]+)+\b/g)]
      .map(([name]) => name)
      .filter((name) => settings[name] === undefined && !others.has(name))
      .map((name) => `${path}: ${name}`),
  );
  expect(unknown).toEqual([]);
});

test("the documents say of settings what they may be, and what they are unless set", () => {
  const wrong = documents.flatMap(({ path, text }) => {
    const given = [...text.matchAll(/\b([A-Z][A-Z_]+)=([\w./:@-]+)/g)]
      .filter(([, name = "", value]) => settings[name] !== undefined && !takes(name, value))
      .map(([assignment]) => `${path}: ${assignment}`);
    const defaults = [...text.matchAll(/`([A-Z][A-Z_]+)` \(default ([^)]+)\)/g)]
      .filter(([, name = "", value]) => String(settings[name]?.default) !== value?.replaceAll(" ", ""))
      .map(([said]) => `${path}: ${said}`);
    return [...given, ...defaults];
  });
  expect(wrong).toEqual([]);
});

function takes(name: string, value: string | undefined): boolean {
  const setting = settings[name];
  if (setting === undefined) return false;
  try {
    readSettings({ [name]: setting }, { [name]: value });
    return true;
  } catch {
    return false;
  }
}
