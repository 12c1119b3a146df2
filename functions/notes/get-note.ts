import { renderNote } from "@parley/contract/render/note";
import type { noteRoutes } from "@parley/contract/routes/notes";
import type { Database } from "@parley/data/database";
import { getNote as findNote } from "@parley/data/notes";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";

/** One of the caller's notes. */
export function getNote(database: Database): Operation<(typeof noteRoutes)["getNote"]> {
  return async ({ params: { noteId }, caller: { userId } }) => {
    const row = await findNote(database, userId, noteId);
    if (row === undefined) throw problem("not-found");
    return { status: 200, body: renderNote(row), etag: String(row.version) };
  };
}
