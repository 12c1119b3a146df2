import { embedQuestion } from "@parley/composition/embed-question";
import { renderNote } from "@parley/contract/render/note";
import type { noteRoutes } from "@parley/contract/routes/notes";
import type { Database } from "@parley/data/database";
import { findSimilarNotes as findSimilar } from "@parley/data/similar";
import type { Operation } from "@parley/http/api-types";
import type { Embedder } from "@parley/llm/embeddings";

/** The caller's notes most like a text. */
export function findSimilarNotes({
  database,
  embedder,
}: {
  database: Database;
  embedder: Embedder | undefined;
}): Operation<(typeof noteRoutes)["findSimilarNotes"]> {
  return async ({ query: { q, k }, caller: { userId } }) => {
    const question = { q, k, embedding: await embedQuestion(embedder, q) };
    const { ranking, found } = await findSimilar(database, userId, question);
    return {
      status: 200,
      body: { ranking, data: found.map(({ row, score }) => ({ note: renderNote(row), score })) },
    };
  };
}
