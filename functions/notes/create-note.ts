import { renderNote } from "@parley/contract/render/note";
import type { noteRoutes } from "@parley/contract/routes/notes";
import type { Database } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { createNote as storeNote } from "@parley/data/notes";
import type { Operation } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";
import { problem } from "@parley/http/problem";
import type { EmbeddingQueue } from "@parley/jobs/embedding-queue";

/** Saves a note. A replay is answered from the request, whatever has become of the note since. */
export function createNote(
  database: Database,
  embeddings: EmbeddingQueue,
): Operation<(typeof noteRoutes)["createNote"]> {
  return async ({ body: { title = null, content, tags = [] }, caller: { userId }, idempotency }) => {
    const created = await storeNote(database, {
      title,
      content,
      tags,
      ownerId: userId,
      noteId: newId(),
      idempotencyKey: idempotency?.key,
      idempotencyFingerprint: idempotency?.fingerprint,
    });
    if (created.outcome === "mismatch") throw problem("idempotency-mismatch");
    const { id, outcome, createdAt } = created;
    await embeddings.enqueue({ kind: "note", items: [{ ownerId: userId, id }] });
    return {
      status: 201,
      headers: { Location: `/v1/notes/${id}`, ...replayHeader(outcome) },
      body: renderNote({ id, title, content, tags, createdAt, updatedAt: createdAt }),
      etag: "1",
    };
  };
}
