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

/** A migrated, empty database of its own for a test file of the `db` project (about 50 ms). */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject("databaseUrl");
  const name = `test_${randomUUID().replaceAll("-", "")}`;
  await administer(serverUrl, `create database ${name} template ${templateName}`);
  return {
    url: databaseAt(serverUrl, name),
    drop: async () => {
      await administer(serverUrl, `drop database ${name} with (force)`);
    },
  };
}
