import type { noteRoutes } from "@parley/contract/routes/notes";
import type { Database } from "@parley/data/database";
import { unpinNote as removePin } from "@parley/data/note-pins";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";

/** Takes a pin away; the note stays. */
export function unpinNote(database: Database): Operation<(typeof noteRoutes)["unpinNote"]> {
  return async ({ params, caller: { userId } }) => {
    addLogKeys({ conversationId: params.conversationId });
    const outcome = await removePin(database, { ...params, ownerId: userId });
    if (outcome === "not_found") throw problem("not-found");
    return { status: 204 };
  };
}
