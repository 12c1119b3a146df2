import { openRealtime } from "@parley/application/open-realtime";
import { createCache } from "@parley/cache/create-cache";
import { type Database, openDatabase } from "@parley/data/database";
import { createReplyQueue } from "@parley/jobs/reply-queue";
import { parseEnvironment } from "@parley/runtime/environment";
import { logger } from "@parley/runtime/logger";
import { loadSecrets } from "@parley/runtime/secrets";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { configSchema } from "./config.ts";
import { failRecord } from "./fail-record.ts";

const config = parseEnvironment(configSchema);
const queue = createReplyQueue(config.QUEUE_URL, config.REPLY_CHECK_SECONDS);
let database: Database | undefined;

/** Jobs that failed again and again: each ends its reply, so that nobody waits for it. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
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
  const realtime = openRealtime(config, database);
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  for (const record of event.Records) {
    if (!(await failRecord({ database, cache, queue, realtime }, record))) {
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
}
