import { matchedVersion, missProblem } from "@parley/application/matched-version";
import { requireOffered } from "@parley/application/models";
import type { AskingParts } from "@parley/application/parts";
import { renderConversation } from "@parley/contract/render/conversation";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import {
  type ConversationChange,
  getConversation,
  getPromptText,
  updateConversation as storeChange,
} from "@parley/data/conversations";
import type { ApiRequest, Operation } from "@parley/http/api-types";
import { invalid } from "@parley/http/problem";
import { addLogKeys } from "@parley/runtime/logger";

type Route = (typeof conversationRoutes)["updateConversation"];

/** The text of a saved prompt is copied, so that a later edit of it leaves this conversation alone. */
async function toChange(
  database: AskingParts["database"],
  ownerId: string,
  body: ApiRequest<Route>["body"],
): Promise<ConversationChange> {
  const { systemPrompt, systemPromptId } = body;
  if (systemPrompt !== undefined) return { ...body, systemPromptId: null };
  if (systemPromptId === null) return { ...body, systemPrompt: null };
  if (systemPromptId === undefined) return body;
  const text = await getPromptText(database, ownerId, systemPromptId);
  if (text === undefined) throw invalid("body.systemPromptId", "is not a system prompt of yours");
  return { ...body, systemPrompt: text };
}

/** Changes a conversation's settings. */
export function updateConversation({ database, cache, asking }: AskingParts): Operation<Route> {
  return async ({ params: { conversationId }, body, caller: { userId }, headers }) => {
    addLogKeys({ conversationId });
    requireOffered(asking.catalog, body.model);
    const expectedVersion = await matchedVersion(headers.ifMatch, () =>
      getConversation(database, userId, conversationId),
    );
    const change = await toChange(database, userId, body);
    const row = await storeChange(database, userId, conversationId, change, expectedVersion);
    if (row === undefined) throw missProblem(expectedVersion === undefined ? "not_found" : "stale");
    await cache.conversationChanged(userId, conversationId);
    return { status: 200, body: renderConversation(row), etag: String(row.version) };
  };
}
