import { openRealtime } from "@parley/application/open-realtime";
import { createCache } from "@parley/cache/create-cache";
import { openDatabase } from "@parley/data/database";
import { createEmbeddingQueue } from "@parley/jobs/embedding-queue";
import { createReplyQueue } from "@parley/jobs/reply-queue";
import { createReplySource } from "@parley/jobs/reply-source";
import { createBreaker } from "@parley/llm/breaker";
import { availableModels } from "@parley/llm/models";
import { createProviders } from "@parley/llm/providers";
import { parseEnvironment } from "@parley/runtime/environment";
import { logger } from "@parley/runtime/logger";
import { loadSecrets } from "@parley/runtime/secrets";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { configSchema } from "./config.ts";
import { giveBack, runBatch } from "./run-batch.ts";
import type { Worker } from "./worker.ts";

const config = parseEnvironment(configSchema);
const queue = createReplyQueue(config.QUEUE_URL, config.REPLY_CHECK_SECONDS);

/** A job that comes back finds its reply's lease over. */
const leasesPerHold = 2;

async function createWorker(): Promise<Worker> {
  const { databaseUrl, openaiApiKey, anthropicApiKey, momentoApiKey } = await loadSecrets();
  if (databaseUrl === undefined)
    throw new Error("DATABASE_URL is not set, and the secret has no databaseUrl.");
  const keys = {
    openaiApiKey,
    anthropicApiKey,
    openaiBaseUrl: config.OPENAI_BASE_URL,
    anthropicBaseUrl: config.ANTHROPIC_BASE_URL,
  };
  const cache = createCache({
    apiKey: momentoApiKey,
    endpoint: config.MOMENTO_ENDPOINT,
    cacheName: config.MOMENTO_CACHE_NAME,
    logger,
  });
  const database = openDatabase(databaseUrl);
  cache.warm();
  queue.warm();
  return {
    database,
    cache,
    queue,
    source: createReplySource(config.QUEUE_URL),
    embeddings: createEmbeddingQueue(config.EMBEDDING_QUEUE_URL),
    realtime: openRealtime(config, database),
    providers: createProviders(keys),
    models: availableModels({ ...keys, includeScripted: true }),
    breaker: createBreaker({ now: Date.now }),
    fallbackModel: config.FALLBACK_MODEL,
    leaseSeconds: config.REPLY_LEASE_SECONDS,
    holdSeconds: Math.ceil(leasesPerHold * config.REPLY_LEASE_SECONDS),
  };
}

let worker: Promise<Worker> | undefined;

/** Up to ten jobs of the reply queue; those that fail stay in it. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  worker ??= createWorker().catch(async (error: unknown) => {
    worker = undefined;
    // Else they would be invisible for as long as the longest batch.
    await giveBack(queue, event.Records);
    throw error;
  });
  return runBatch(await worker, event.Records, () => context.getRemainingTimeInMillis());
}
