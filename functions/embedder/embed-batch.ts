import type { Database } from "@parley/data/database";
import { type EmbeddingJob, parseEmbeddingJob } from "@parley/jobs/embedding-job";
import type { Embedder } from "@parley/llm/embeddings";
import { describeError } from "@parley/runtime/describe-error";
import { describeFault } from "@parley/runtime/describe-fault";
import { logger } from "@parley/runtime/logger";
import type { SQSBatchResponse, SQSRecord } from "aws-lambda";
import { embedTexts } from "./embed-texts.ts";

interface Dependencies {
  database: Database;
  /** Undefined where no provider is configured: jobs sent before that was so are let go. */
  embedder: Embedder | undefined;
}

interface Received {
  record: SQSRecord;
  job: EmbeddingJob | undefined;
}

function receive(record: SQSRecord): Received {
  try {
    return { record, job: parseEmbeddingJob(record.body) };
  } catch (error) {
    logger.warn("not an embedding job", { messageId: record.messageId, error: describeError(error) });
    return { record, job: undefined };
  }
}

async function embedKind(
  { database, embedder }: Dependencies,
  kind: EmbeddingJob["kind"],
  received: readonly Received[],
) {
  const items = received.flatMap(({ job }) => (job?.kind === kind ? job.items : []));
  if (embedder === undefined || items.length === 0) return true;
  try {
    logger.info("embedded", { kind, stored: await embedTexts({ database, embedder }, kind, items) });
    return true;
  } catch (error) {
    // The queue gives the jobs again, and the sweep finds what never worked.
    logger.warn("not embedded", { kind, error: describeFault(error) });
    return false;
  }
}

/** Embeds the texts of all jobs together, and names the jobs whose kind has failed. */
export async function embedBatch(
  dependencies: Dependencies,
  records: readonly SQSRecord[],
): Promise<SQSBatchResponse> {
  const received = records.map(receive);
  const done = {
    message: await embedKind(dependencies, "message", received),
    note: await embedKind(dependencies, "note", received),
  };
  return {
    batchItemFailures: received
      .filter(({ job }) => job !== undefined && !done[job.kind])
      .map(({ record }) => ({ itemIdentifier: record.messageId })),
  };
}
