import { rm } from "node:fs/promises";
import { throwAwayFolder } from "@parley/embedded-postgres/throw-away";
import { createFunctionLog } from "@parley/local/function-log";
import { readSettings } from "@parley/local/settings";
import { startStack } from "@parley/local/stack";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The stack that all end-to-end tests share; one that breaks it starts its own. */
    stack: {
      url: string;
      websocketUrl: string;
      databaseUrl: string;
      queueUrl: string;
      cognitoEndpoint: string;
      /** Where the stack keeps its data, the user pool's with its keys among it. */
      dataDir: string;
      /** Where the functions' lines are. */
      logFile: string;
    };
  }
}

const generous = {
  PORT: "0",
  DEFAULT_MODEL: "scripted/echo",
  SEND_RATE_PER_SECOND: "0",
  SEND_RATE_PER_MINUTE: "0",
  MAX_RUNNING_REPLIES: "0",
  MAX_WAITING_POLLS: "0",
  API_RATE_PER_SECOND: "0",
  NEW_USER_TOKENS: "1000000",
  // Where the guide has the pages of one's own.
  CORS_ORIGINS: "http://localhost:5173",
};

/** One throw-away stack on free ports for the whole `e2e` project. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await throwAwayFolder();
  const log = createFunctionLog(dataDir);
  const stack = await startStack({
    settings: readSettings({ ...generous, ...project.config.env, DATA_DIR: dataDir }),
    durable: false,
    onLog: log.write,
  });
  project.provide("stack", {
    url: stack.url,
    websocketUrl: stack.websocketUrl,
    databaseUrl: stack.databaseUrl,
    queueUrl: stack.queue.queueUrl("parley-replies"),
    cognitoEndpoint: stack.cognito.endpoint,
    dataDir,
    logFile: log.file,
  });
  return async () => {
    await stack.close();
    await log.close();
    await rm(dataDir, { recursive: true, force: true });
  };
}
