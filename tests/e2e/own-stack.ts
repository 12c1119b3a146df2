import { rm } from "node:fs/promises";
import { throwAwayFolder } from "@parley/embedded-postgres/throw-away";
import { readSettings } from "@parley/local/settings";
import { type Stack, startStack } from "@parley/local/stack";

export interface OwnStack {
  stack: Stack;
  /** Where users sign up. */
  address: { url: string; cognitoEndpoint: string };
  close(): Promise<void>;
}

/** A stack for one test file, which may break it. */
export async function startOwnStack(
  settings: Record<string, string>,
  maximumWorkers?: number,
): Promise<OwnStack> {
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
      ...settings,
      DATA_DIR: dataDir,
    }),
    durable: false,
    ...(maximumWorkers !== undefined && { maximumWorkers }),
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
