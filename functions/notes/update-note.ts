import { renderNote } from "@parley/contract/render/note";
import type { noteRoutes } from "@parley/contract/routes/notes";
import type { Database } from "@parley/data/database";
import { getNote, updateNote as storeChange } from "@parley/data/notes";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";
import type { EmbeddingQueue } from "@parley/jobs/embedding-queue";

/** Changes a note; replies keep the text that they were given. */
export function updateNote(
  database: Database,
  embeddings: EmbeddingQueue,
): Operation<(typeof noteRoutes)["updateNote"]> {
  return async ({ params: { noteId }, body, caller: { userId }, headers }) => {
    const expectedVersion = await matchedVersion(headers.ifMatch, () => getNote(database, userId, noteId));
    const row = await storeChange(database, userId, noteId, body, expectedVersion);
    if (row === undefined) throw missProblem(expectedVersion === undefined ? "not_found" : "stale");
    await embeddings.enqueue({ kind: "note", items: [{ ownerId: userId, id: noteId }] });
    return { status: 200, body: renderNote(row), etag: String(row.version) };
  };
}
