import { renderNote } from "@parley/contract/render/note";
import type { noteRoutes } from "@parley/contract/routes/notes";
import type { Database } from "@parley/data/database";
import { countNotes, listNotes as findNotes } from "@parley/data/notes";
import type { Operation } from "@parley/http/api-types";
import { cursorScope, decodeCursor } from "@parley/http/cursor";
import { listResponse } from "@parley/http/list";

/** A page of the caller's notes. */
export function listNotes(database: Database): Operation<(typeof noteRoutes)["listNotes"]> {
  return async ({ query, caller: { userId }, path }) => {
    const { limit, cursor, order, includeTotal, q, tag, pinnedTo } = query;
    const scope = cursorScope("instant", { list: "notes", order, q, tag, pinnedTo });
    const after = decodeCursor(cursor, scope);
    const filter = { q, tag, pinnedTo };
    const [rows, total] = await Promise.all([
      findNotes(database, userId, { ...filter, order, after, limit: limit + 1 }),
      includeTotal ? countNotes(database, userId, filter) : undefined,
    ]);
    return listResponse({
      rows,
      limit,
      render: renderNote,
      cursorOf: ({ sortKey, id }) => ({ key: sortKey, id }),
      scope,
      path,
      query,
      total,
    });
  };
}
