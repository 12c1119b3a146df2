import { embedderOf } from "@parley/composition/embedder";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { readEnvironment } from "@parley/runtime/environment";
import { loadSecrets } from "@parley/runtime/secrets";
import type { SQSBatchResponse, SQSEvent } from "aws-lambda";
import { settings } from "./config.ts";
import { embedBatch } from "./embed-batch.ts";

const config = readEnvironment(settings);
const dependencies = {
  database: await openDeploymentDatabase(),
  embedder: embedderOf(config, await loadSecrets()),
};

/** Up to ten jobs of the embedding queue; those that fail stay in it. */
export async function handler(event: SQSEvent): Promise<SQSBatchResponse> {
  return embedBatch(dependencies, event.Records);
}
