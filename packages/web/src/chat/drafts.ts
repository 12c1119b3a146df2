import { sessionUser } from "../session/session.ts";
import { storage } from "../storage.ts";

/** Each user has drafts of their own, on a shared computer too. */
const keyOf = (conversationId: string | undefined) =>
  `parley.draft.${sessionUser()}.${conversationId ?? "new"}`;

/** What somebody has written and not sent; it outlives a reload and the end of a session. */
export const drafts = {
  read: (conversationId: string | undefined) => storage.get(keyOf(conversationId)) ?? "",
  write: (conversationId: string | undefined, text: string) =>
    storage.set(keyOf(conversationId), text === "" ? undefined : text),
};
