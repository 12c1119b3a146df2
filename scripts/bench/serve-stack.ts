// The whole local stack in a process of its own.
import { rm } from "node:fs/promises";
import { throwAwayFolder } from "@parley/embedded-postgres/throw-away";
import { briefLine } from "@parley/local/function-log";
import { readSettings } from "@parley/local/settings";
import { startStack } from "@parley/local/stack";

/** What the benchmark needs to know of a running stack. */
export interface StackReady {
  readonly url: string;
  readonly databaseUrl: string;
  readonly cognitoEndpoint: string;
  readonly momentoEndpoint: string;
}

const unlimited = {
  PORT: "0",
  DEFAULT_MODEL: "scripted/echo",
  SEND_RATE_PER_SECOND: "0",
  SEND_RATE_PER_MINUTE: "0",
  MAX_RUNNING_REPLIES: "0",
  MAX_WAITING_POLLS: "0",
  STORAGE_CONVERSATIONS: "0",
  STORAGE_MESSAGES: "0",
  STORAGE_MEGABYTES: "0",
  API_RATE_PER_SECOND: "0",
  NEW_USER_TOKENS: "100000000",
};

const modelUrl = process.env.BENCH_MODEL_URL;
const writer = modelUrl !== undefined && {
  OPENAI_BASE_URL: modelUrl,
  OPENAI_API_KEY: "bench",
  OPENAI_MODELS: "writer",
};
const dataDir = await throwAwayFolder();
const stack = await startStack({
  settings: readSettings({ ...unlimited, ...writer, DATA_DIR: dataDir }),
  durable: false,
  onProgress: () => {},
  onLog: (name, line) => {
    const brief = briefLine(name, line);
    if (brief !== undefined) console.error(brief);
  },
});
process.on("disconnect", async () => {
  await stack.close();
  await rm(dataDir, { recursive: true, force: true });
  process.exit(0);
});
const { url, databaseUrl, cognito, momento } = stack;
const ready: StackReady = {
  url,
  databaseUrl,
  cognitoEndpoint: cognito.endpoint,
  momentoEndpoint: momento === undefined ? "" : `${momento.hostname}:${momento.port}`,
};
process.send?.(ready);
