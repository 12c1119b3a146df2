import type { FunctionLog } from "../function-log.ts";
import type { Settings } from "../settings.ts";
import type { Stack } from "../stack.ts";
import { activeModel } from "./active-model.ts";
import { curlSession } from "./curl-session.ts";

function modelLine(settings: Settings): string {
  const model = activeModel(settings);
  if (!model.startsWith("scripted/")) return model;
  return `${model}, offline; set OPENAI_API_KEY, OPENAI_BASE_URL or ANTHROPIC_API_KEY for a real one`;
}

function databaseLine({ postgres, dataDir }: Stack): string {
  if (postgres === undefined) return "the one of DATABASE_URL";
  return postgres.folder.startsWith(dataDir)
    ? "embedded Postgres"
    : `embedded Postgres, in ${postgres.folder}`;
}

/** What a newcomer needs to see once everything runs. */
export function banner(stack: Stack, settings: Settings, log: FunctionLog): string {
  const facts = [
    ["console", `${stack.url}/ to talk in`],
    ["API", stack.url],
    ["push", stack.websocketUrl],
    ["docs", `${stack.url}/docs to try things out, ${stack.url}/redoc to read`],
    ["model", modelLine(settings)],
    ["database", databaseLine(stack)],
    ...(settings.OTEL_EXPORTER_OTLP_ENDPOINT ? [["telemetry", settings.OTEL_EXPORTER_OTLP_ENDPOINT]] : []),
    ["data", `${stack.dataDir}; \`npx -y pnpm@12 dev --reset\` forgets it`],
    ["logs", log.file],
  ];
  const table = facts.map(([name = "", value]) => `  ${name.padEnd(14)}${value}`).join("\n");
  return `
Parley runs. Ctrl-C stops it.

${table}

A first conversation, to paste into another terminal (bash, zsh or any sh; in fish, run bash first):

${curlSession(stack.url, stack.cognito.endpoint)}
`;
}
