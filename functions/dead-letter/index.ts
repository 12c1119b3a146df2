import { openCache } from "@parley/composition/open-cache";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { openRealtime } from "@parley/composition/open-realtime";
import { tracedDatabase } from "@parley/composition/traced-database";
import type { Database } from "@parley/data/database";
import { createReplyQueue } from "@parley/jobs/reply-queue";
import { traceparentOf } from "@parley/jobs/trace-attribute";
import { readEnvironment } from "@parley/runtime/environment";
import { processSpan } from "@parley/runtime/span-kinds";
import { flushTelemetry, inSpan } from "@parley/runtime/telemetry";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { settings } from "./config.ts";
import { failRecord } from "./fail-record.ts";

const config = readEnvironment(settings);
const queue = createReplyQueue(config.QUEUE_URL, config.REPLY_CHECK_SECONDS);
let database: Database | undefined;

/** Jobs that failed again and again: each ends its reply, so that nobody waits for it. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  database ??= tracedDatabase(await openDeploymentDatabase());
  const cache = await openCache(config);
  const dependencies = { database, cache, queue, realtime: openRealtime(config, database) };
  const batchItemFailures: SQSBatchResponse["batchItemFailures"] = [];
  for (const record of event.Records) {
    const about = { ...processSpan, traceparent: traceparentOf(record) };
    const isDone = await inSpan("process dead letter", about, () => failRecord(dependencies, record));
    if (!isDone) batchItemFailures.push({ itemIdentifier: record.messageId });
  }
  await flushTelemetry(context.getRemainingTimeInMillis());
  return { batchItemFailures };
}
