import { Construct } from "constructs";
import type { Deployment, SecretAccess } from "../deployment.ts";
import { environmentOf } from "../environments.ts";
import type { Stage } from "../stages.ts";
import { JobQueue } from "./job-queue.ts";
import { ResourceFunction } from "./resource-function.ts";

const embedderSeconds = 60;
// Providers limit requests; nobody waits for an embedding.
const maxEmbedders = 2;

/** The variables that name the embedding model; none where the stage has none. */
export function embeddingVariables({ embeddings, models }: Stage) {
  if (embeddings === undefined) return {};
  return {
    OPENAI_BASE_URL: models.openaiBaseUrl,
    EMBEDDING_BASE_URL: embeddings.baseUrl,
    EMBEDDING_MODEL: embeddings.model,
    EMBEDDING_DIMENSIONS: embeddings.dimensions?.toString(),
  };
}

/** What makes vectors of messages and notes, for the similar searches: a queue and its function. */
export class Embeddings extends Construct {
  readonly queue: JobQueue;

  constructor(scope: Construct, id: string, props: Deployment & { readonly secrets: SecretAccess }) {
    super(scope, id);
    // Nobody reads the dead letters: the sweep finds what was not embedded.
    this.queue = new JobQueue(this, "Queue", {
      workerTimeoutSeconds: embedderSeconds,
      deadLetterTimeoutSeconds: embedderSeconds,
    });
    const embedder = new ResourceFunction(this, "Embedder", {
      ...props,
      functionName: "embedder",
      environment: environmentOf("embedder", embeddingVariables(props.stage)),
      memoryMegabytes: props.stage.memory.background,
      timeoutSeconds: embedderSeconds,
    });
    this.queue.consumeJobs(embedder, maxEmbedders);
  }
}
