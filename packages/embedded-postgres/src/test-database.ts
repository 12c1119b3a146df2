import { randomUUID } from "node:crypto";
import { inject } from "vitest";
import { administer, databaseAt, templateName } from "./administer.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The migrated database on the server of throw-away databases, as its superuser. */
    databaseUrl: string;
  }
}

export interface TestDatabase {
  readonly url: string;
  /** Closes what is still connected and removes the database. */
  drop(): Promise<void>;
}

/** Autovacuum visits the template now and then, and for as long it is not copied. */
async function copyTemplate(serverUrl: string, name: string, triesLeft: number): Promise<void> {
  try {
    await administer(serverUrl, `create database ${name} template ${templateName}`);
  } catch (error) {
    const isInUse = error instanceof Error && "code" in error && error.code === "55006";
    if (!isInUse || triesLeft === 0) throw error;
    await copyTemplate(serverUrl, name, triesLeft - 1);
  }
}

/** A migrated, empty database of its own for a test file of the `db` project (about 50 ms). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject("databaseUrl");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await copyTemplate(serverUrl, name, 5);
  return {
    url: databaseAt(serverUrl, name),
    drop: async () => {
      await administer(serverUrl, `drop database ${name} with (force)`);
    },
  };
}
