import { embedQuestion } from "@parley/composition/embed-question";
import { renderFoundMessage } from "@parley/contract/render/message";
import type { messageRoutes } from "@parley/contract/routes/messages";
import type { Database } from "@parley/data/database";
import { findSimilarMessages as findSimilar } from "@parley/data/similar";
import type { Operation } from "@parley/http/api-types";
import type { Embedder } from "@parley/llm/embeddings";

/** The caller's messages most like a text. */
export function findSimilarMessages({
  database,
  embedder,
}: {
  database: Database;
  embedder: Embedder | undefined;
}): Operation<(typeof messageRoutes)["findSimilarMessages"]> {
  return async ({ query: { q, k }, caller: { userId } }) => {
    const question = { q, k, embedding: await embedQuestion(embedder, q) };
    const { ranking, found } = await findSimilar(database, userId, question);
    return {
      status: 200,
      body: { ranking, data: found.map(({ row, score }) => ({ message: renderFoundMessage(row), score })) },
    };
  };
}
