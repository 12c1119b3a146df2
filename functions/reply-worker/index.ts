import { openCache } from "@parley/composition/open-cache";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { openRealtime } from "@parley/composition/open-realtime";
import { providerSources } from "@parley/composition/provider-sources";
import { createRenewable } from "@parley/composition/renewable";
import { createEmbeddingQueue } from "@parley/jobs/embedding-queue";
import { createReplyQueue } from "@parley/jobs/reply-queue";
import { createReplySource } from "@parley/jobs/reply-source";
import { createBreaker } from "@parley/llm/breaker";
import { providersWithoutKey } from "@parley/llm/configured-providers";
import { createLessonBook, serverMarks } from "@parley/llm/lessons";
import { availableModels, findModel, type Model, type ModelCatalog } from "@parley/llm/models";
import { createProviders } from "@parley/llm/providers";
import { readEnvironment } from "@parley/runtime/environment";
import { logger } from "@parley/runtime/logger";
import { loadSecrets, type Secrets } from "@parley/runtime/secrets";
import { flushTelemetry, openTelemetry } from "@parley/runtime/telemetry";
import type { Context, SQSBatchResponse, SQSEvent } from "aws-lambda";
import { settings } from "./config.ts";
import { renewedProviders } from "./renewed-providers.ts";
import { giveBack, runBatch } from "./run-batch.ts";
import type { Worker } from "./worker.ts";

const config = readEnvironment(settings);
const queue = createReplyQueue(config.QUEUE_URL, config.REPLY_CHECK_SECONDS);

/** A job that comes back finds its reply's lease over. */
const leasesPerHold = 2;

function sourcesOf(secrets: Secrets) {
  return { ...providerSources(config, secrets), anthropicBaseUrl: config.ANTHROPIC_BASE_URL };
}

/** A mistake here costs what the setting is for, not the replies that do without it. */
function modelOf(setting: "FALLBACK_MODEL" | "TITLE_MODEL", models: ModelCatalog): Model | undefined {
  const id = config[setting];
  const model = id === undefined ? undefined : findModel(id, models);
  if (id !== undefined && model === undefined) logger.error(`${setting} is not offered`, { model: id });
  return model;
}

async function createWorker(): Promise<Worker> {
  const secrets = await loadSecrets();
  const sources = sourcesOf(secrets);
  const models = availableModels({ ...sources, includeScripted: true });
  const keyless = providersWithoutKey(sources);
  if (keyless.length > 0) logger.error("providers without their key are not offered", { providers: keyless });
  const lessons = createLessonBook(serverMarks(sources));
  const database = await openDeploymentDatabase();
  const cache = await openCache(config);
  cache.warm();
  queue.warm();
  void openTelemetry();
  return {
    database,
    cache,
    queue,
    source: createReplySource(config.QUEUE_URL),
    embeddings: createEmbeddingQueue(config.EMBEDDING_QUEUE_URL),
    realtime: openRealtime(config, database),
    providers: renewedProviders(
      createRenewable(secrets, (present) => createProviders({ ...sourcesOf(present), lessons })),
    ),
    models,
    breaker: createBreaker({ now: Date.now }),
    lessons,
    fallbackModel: modelOf("FALLBACK_MODEL", models),
    titleModel: modelOf("TITLE_MODEL", models),
    background: new Set(),
    leaseSeconds: config.REPLY_LEASE_SECONDS,
    maxRunning: config.MAX_RUNNING_REPLIES,
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
  const outcome = await runBatch(await worker, event.Records, () => context.getRemainingTimeInMillis());
  await flushTelemetry(context.getRemainingTimeInMillis());
  return outcome;
}
