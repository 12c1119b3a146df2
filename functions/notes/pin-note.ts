import type { noteRoutes } from "@parley/contract/routes/notes";
import type { Database } from "@parley/data/database";
import { maxPinnedNotes, pinNote as storePin } from "@parley/data/note-pins";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";

/** Gives a note to every later reply of a conversation. */
export function pinNote(database: Database): Operation<(typeof noteRoutes)["pinNote"]> {
  return async ({ params, caller: { userId } }) => {
    addLogKeys({ conversationId: params.conversationId });
    const outcome = await storePin(database, { ...params, ownerId: userId });
    if (outcome === "not_found") throw problem("not-found");
    if (outcome === "too_many") {
      throw problem("conflict", {
        detail: `A conversation can have ${maxPinnedNotes} pinned notes at most.`,
      });
    }
    return { status: 204 };
  };
}
