import { openCache } from "@parley/composition/open-cache";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { openRealtime } from "@parley/composition/open-realtime";
import type { Database } from "@parley/data/database";
import { createReplyQueue } from "@parley/jobs/reply-queue";
import { readEnvironment } from "@parley/runtime/environment";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { settings } from "./config.ts";
import { failRecord } from "./fail-record.ts";

const config = readEnvironment(settings);
const queue = createReplyQueue(config.QUEUE_URL, config.REPLY_CHECK_SECONDS);
let database: Database | undefined;

/** Jobs that failed again and again: each ends its reply, so that nobody waits for it. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  database ??= await openDeploymentDatabase();
  const cache = await openCache(config);
  const realtime = openRealtime(config, database);
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  for (const record of event.Records) {
    if (!(await failRecord({ database, cache, queue, realtime }, record))) {
      batchItemFailures.push({ itemIdentifier: record.messageId });
    }
  }
  return { batchItemFailures };
}
