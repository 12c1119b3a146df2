import { openCache } from "@parley/composition/open-cache";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { openRealtime } from "@parley/composition/open-realtime";
import type { Database } from "@parley/data/database";
import { createEmbeddingQueue } from "@parley/jobs/embedding-queue";
import { createReplyQueue } from "@parley/jobs/reply-queue";
import { readEnvironment } from "@parley/runtime/environment";
import { logger, startLogScope } from "@parley/runtime/logger";
import { flushTelemetry } from "@parley/runtime/telemetry";
import type { Context } from "aws-lambda";
import { settings } from "./config.ts";
import { sweep } from "./sweep.ts";
import { sweepDeletions } from "./sweep-deletions.ts";
import { sweepSearch } from "./sweep-search.ts";

const config = readEnvironment(settings);
const queue = createReplyQueue(config.QUEUE_URL, config.REPLY_CHECK_SECONDS);
let database: Database | undefined;

/** Kept for what is under way when time is nearly over, and for Cognito, in milliseconds. */
const reserveMillis = 15_000;

/** The SDK is loaded by the first account that was left half deleted. */
async function deleteSignIn(username: string): Promise<void> {
  const { deleteSignIn } = await import("@parley/identity/delete-sign-in");
  await deleteSignIn(config.USER_POOL_ID, username);
}

/** Runs on a schedule. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  database ??= await openDeploymentDatabase();
  const cache = await openCache(config);
  const realtime = openRealtime(config, database);
  const dependencies = { database, cache, queue, realtime, retentionDays: config.RETENTION_DAYS };
  startLogScope({ requestId: context.awsRequestId });
  logger.info("swept", { ...(await sweep(dependencies, context.awsRequestId)) });
  const { EMBEDDING_QUEUE_URL, EMBEDDING_MODEL: model, EMBEDDING_DIMENSIONS: dimensions } = config;
  const embeddings =
    EMBEDDING_QUEUE_URL === undefined ? undefined : createEmbeddingQueue(EMBEDDING_QUEUE_URL);
  logger.info("search swept", { ...(await sweepSearch({ database, embeddings, model, dimensions })) });
  const hasTime = () => context.getRemainingTimeInMillis() > reserveMillis;
  logger.info("deletions swept", { ...(await sweepDeletions({ ...dependencies, deleteSignIn }, hasTime)) });
  cache.close();
  // Each job that it sent began a trace of its own: one for all of them would mix their users.
  await flushTelemetry(context.getRemainingTimeInMillis());
}
