import type { noteRoutes } from "@parley/contract/routes/notes";
import type { Database } from "@parley/data/database";
import { getNote, deleteNote as storeDeletion } from "@parley/data/notes";
import type { Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";

/** Deletes a note for good and unpins it everywhere. */
export function deleteNote(database: Database): Operation<(typeof noteRoutes)["deleteNote"]> {
  return async ({ params: { noteId }, caller: { userId }, headers }) => {
    const expectedVersion = await matchedVersion(headers.ifMatch, () => getNote(database, userId, noteId));
    const isDeleted = await storeDeletion(database, userId, noteId, expectedVersion);
    if (!isDeleted) throw missProblem(expectedVersion === undefined ? "not_found" : "stale");
    return { status: 204 };
  };
}
