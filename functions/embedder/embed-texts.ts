import type { Database } from "@parley/data/database";
import { type EmbeddableItem, findUnembedded, storeEmbeddings } from "@parley/data/embeddings";
import type { Embedder } from "@parley/llm/embeddings";

const batch = 50;
const patienceMillis = 20_000;

/**
 * Embeds those of the texts that still lack it; safe to repeat and to race.
 * @returns how many were stored; undefined where the server has no vectors, and nothing is ever to be done
 * @throws LlmError when the provider does not answer; what was stored before stays
 */
export async function embedTexts(
  { database, embedder }: { database: Database; embedder: Embedder },
  kind: "message" | "note",
  items: readonly EmbeddableItem[],
): Promise<number | undefined> {
  const target = { kind, model: embedder.model, dimensions: embedder.dimensions };
  let stored = 0;
  for (let at = 0; at < items.length; at += batch) {
    const texts = await findUnembedded(database, target, items.slice(at, at + batch));
    if (texts === undefined) return undefined;
    if (texts.length === 0) continue;
    const vectors = await embedder.embed(
      texts.map(({ text }) => text),
      AbortSignal.timeout(patienceMillis),
    );
    const rows = texts.map((text, index) => ({ ...text, vector: vectors[index] ?? [] }));
    stored += await storeEmbeddings(database, target, rows);
  }
  return stored;
}
