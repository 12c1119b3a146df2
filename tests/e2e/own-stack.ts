import { randomUUID } from "node:crypto";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { administer, databaseAt } from "@parley/embedded-postgres/administer";
import { throwAwayFolder } from "@parley/embedded-postgres/throw-away";
import { codeIn } from "@parley/local/function-code";
import { readSettings } from "@parley/local/settings";
import { type Stack, startStack } from "@parley/local/stack";
import { inject } from "vitest";

export interface OwnStack {
  stack: Stack;
  /** Where users sign up. */
  address: { url: string; cognitoEndpoint: string };
  close(): Promise<void>;
}

interface OwnStackOptions {
  readonly maximumWorkers?: number;
  /** For a test that breaks it; others have a database of their own on the shared stack's server. */
  readonly hasOwnPostgres?: boolean;
  /** Hears what its functions log. */
  readonly onLog?: (functionName: string, line: string) => void;
}

async function createDatabase(serverUrl: string): Promise<string> {
  const name = `own_${randomUUID().replaceAll("-", "")}`;
  await administer(serverUrl, `create database ${name}`);
  return databaseAt(serverUrl, name);
}

/** A stack for one test file, which may break it. It runs the code that the shared stack has built. */
export async function startOwnStack(
  settings: Record<string, string>,
  { maximumWorkers, hasOwnPostgres = false, onLog }: OwnStackOptions = {},
): Promise<OwnStack> {
  const shared = inject("stack");
  const dataDir = await throwAwayFolder();
  const stack = await startStack({
    settings: readSettings({
      PORT: "0",
      SEND_RATE_PER_SECOND: "0",
      SEND_RATE_PER_MINUTE: "0",
      MAX_RUNNING_REPLIES: "0",
      MAX_WAITING_POLLS: "0",
      API_RATE_PER_SECOND: "0",
      // The project of the bundles sets it.
      BUNDLES_DIR: process.env.BUNDLES_DIR ?? "",
      ...(!hasOwnPostgres && { DATABASE_URL: await createDatabase(shared.databaseUrl) }),
      ...settings,
      DATA_DIR: dataDir,
    }),
    durable: false,
    code: codeIn(shared.dataDir),
    environment: { NODE_COMPILE_CACHE: join(shared.dataDir, "compile-cache") },
    ...(maximumWorkers !== undefined && { maximumWorkers }),
    ...(onLog && { onLog }),
  });
  return {
    stack,
    address: { url: stack.url, cognitoEndpoint: stack.cognito.endpoint },
    close: async () => {
      await stack.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
