import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ownerOf } from "./data-folder.ts";
import { userPool } from "./services.ts";
import type { Stack } from "./stack.ts";

/** Where commands beside `dev` find what it runs. */
export interface RunningStack {
  readonly url: string;
  readonly cognitoEndpoint: string;
  readonly userPoolId: string;
  readonly region: string;
}

const addressFile = (dataDir: string) => join(dataDir, "stack.json");

/**
 * Tells other commands where the stack is.
 * @returns what takes it back
 */
export async function announceStack(dataDir: string, { url, cognito }: Stack): Promise<() => Promise<void>> {
  const { userPoolId, region } = userPool;
  const running: RunningStack = { url, cognitoEndpoint: cognito.endpoint, userPoolId, region };
  await writeFile(addressFile(dataDir), JSON.stringify(running));
  return () => rm(addressFile(dataDir), { force: true });
}

/** The stack that runs on a data folder; undefined where none does. */
export async function findRunningStack(dataDir: string): Promise<RunningStack | undefined> {
  if ((await ownerOf(dataDir)) === undefined) return undefined;
  const text = await readFile(addressFile(dataDir), "utf8").catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as RunningStack);
}
