import type { Database } from "@parley/data/database";
import { type EmbeddableItem, listMissingEmbeddings } from "@parley/data/embeddings";
import { rememberWords } from "@parley/data/search";
import type { EmbeddingQueue } from "@parley/jobs/embedding-queue";

const messagesAtOnce = 2_000;
const itemsAtOnce = 50;
// Bounds one run; what is left then waits for the next. Few messages are a batch of words where they are long.
const maxBatches = 20;
const maxWordBatches = 80;
/** What is older is the back-fill's, `pnpm embed`. */
const sinceSeconds = 7 * 24 * 60 * 60;

interface Dependencies {
  database: Database;
  /** Undefined where nothing is embedded. */
  embeddings: EmbeddingQueue | undefined;
  model: string;
  dimensions: number;
}

async function sweepWords(database: Database): Promise<number> {
  let total = 0;
  for (let count = 0; count < maxWordBatches; count++) {
    const remembered = await rememberWords(database, messagesAtOnce);
    total += remembered;
    if (remembered === 0) break;
  }
  return total;
}

async function sweepEmbeddings(dependencies: Dependencies, kind: "message" | "note"): Promise<number> {
  const { database, embeddings, model, dimensions } = dependencies;
  let total = 0;
  let after: EmbeddableItem | undefined;
  for (let count = 0; embeddings !== undefined && count < maxBatches; count++) {
    const page = { after, sinceSeconds, limit: itemsAtOnce };
    const items = await listMissingEmbeddings(database, { kind, model, dimensions }, page);
    if (items.length === 0 || !(await embeddings.enqueue({ kind, items }))) break;
    total += items.length;
    after = items.at(-1);
  }
  return total;
}

/** What searches need and nobody waits for: the words of new messages, and jobs for texts without an embedding. */
export async function sweepSearch(
  dependencies: Dependencies,
): Promise<{ rememberedMessages: number; unembedded: number }> {
  return {
    rememberedMessages: await sweepWords(dependencies.database),
    unembedded:
      (await sweepEmbeddings(dependencies, "message")) + (await sweepEmbeddings(dependencies, "note")),
  };
}
