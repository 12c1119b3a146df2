import { embedderOf } from "@parley/composition/embedder";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { traceparentOf } from "@parley/jobs/trace-attribute";
import { readEnvironment } from "@parley/runtime/environment";
import { loadSecrets } from "@parley/runtime/secrets";
import { processSpan } from "@parley/runtime/span-kinds";
import { flushTelemetry, inSpan } from "@parley/runtime/telemetry";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { settings } from "./config.ts";
import { embedBatch } from "./embed-batch.ts";

const config = readEnvironment(settings);
const dependencies = {
  database: await openDeploymentDatabase(),
  embedder: embedderOf(config, await loadSecrets()),
};

/** Up to ten jobs of the embedding queue; those that fail stay in it. */
export async function handler(event: SQSEvent, context: Context): Promise<SQSBatchResponse> {
  const [traceparent, ...links] = event.Records.flatMap((record) => traceparentOf(record) ?? []);
  const outcome = await inSpan("process embedding jobs", { ...processSpan, traceparent, links }, () =>
    embedBatch(dependencies, event.Records),
  );
  await flushTelemetry(context.getRemainingTimeInMillis());
  return outcome;
}
