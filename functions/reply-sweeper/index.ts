import { openRealtime } from "@parley/application/open-realtime";
import { createCache } from "@parley/cache/create-cache";
import { type Database, openDatabase } from "@parley/data/database";
import { createEmbeddingQueue } from "@parley/jobs/embedding-queue";
import { createReplyQueue } from "@parley/jobs/reply-queue";
import { parseEnvironment } from "@parley/runtime/environment";
import { logger, startLogScope } from "@parley/runtime/logger";
import { loadSecrets } from "@parley/runtime/secrets";
import type { Context } from "aws-lambda";
import { configSchema } from "./config.ts";
import { sweep } from "./sweep.ts";
import { sweepSearch } from "./sweep-search.ts";

const config = parseEnvironment(configSchema);
const queue = createReplyQueue(config.QUEUE_URL, config.REPLY_CHECK_SECONDS);
let database: Database | undefined;

/** Runs on a schedule. */
export async function handler(_event: unknown, context: Context): Promise<void> {
  const { databaseUrl, momentoApiKey } = await loadSecrets();
  if (databaseUrl === undefined)
    throw new Error("DATABASE_URL is not set, and the secret has no databaseUrl.");
  database ??= openDatabase(databaseUrl);
  const cache = createCache({
    apiKey: momentoApiKey,
    endpoint: config.MOMENTO_ENDPOINT,
    cacheName: config.MOMENTO_CACHE_NAME,
    logger,
  });
  const dependencies = { database, cache, queue, realtime: openRealtime(config, database) };
  startLogScope({ requestId: context.awsRequestId });
  logger.info("swept", { ...(await sweep(dependencies, context.awsRequestId)) });
  const { EMBEDDING_QUEUE_URL, EMBEDDING_MODEL: model, EMBEDDING_DIMENSIONS: dimensions } = config;
  const embeddings =
    EMBEDDING_QUEUE_URL === undefined ? undefined : createEmbeddingQueue(EMBEDDING_QUEUE_URL);
  logger.info("search swept", { ...(await sweepSearch({ database, embeddings, model, dimensions })) });
  cache.close();
}
