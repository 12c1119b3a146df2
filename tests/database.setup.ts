import { rm } from "node:fs/promises";
import { migrate } from "@parley/data/migrate";
import { administer, databaseAt, templateName } from "@parley/embedded-postgres/administer";
import { startPostgres } from "@parley/embedded-postgres/start-postgres";
import { throwAwayFolder } from "@parley/embedded-postgres/throw-away";
import type { TestProject } from "vitest/node";

/** One throw-away Postgres for the whole `db` project, with a migrated database that each test file copies. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDir = await throwAwayFolder();
  const server = await startPostgres({ dataDir, durable: false });
  const close = async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    await administer(server.url, `create database ${templateName}`);
    const templateUrl = databaseAt(server.url, templateName);
    await migrate(templateUrl);
    project.provide("databaseUrl", templateUrl);
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}
