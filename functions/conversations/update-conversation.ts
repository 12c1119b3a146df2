import { type Retention, renderConversation } from "@parley/contract/render/conversation";
import type { conversationRoutes } from "@parley/contract/routes/conversations";
import {
  type ConversationChange,
  getConversation,
  updateConversation as storeChange,
} from "@parley/data/conversations";
import { getSystemPrompt } from "@parley/data/system-prompts";
import type { ApiRequest, Operation } from "@parley/http/api-types";
import { matchedVersion, missProblem } from "@parley/http/matched-version";
import { invalid } from "@parley/http/problem";
import { conversationNews } from "@parley/realtime/reply-events";
import { addLogKeys } from "@parley/runtime/logger";
import type { AskingDependencies } from "@parley/sending/asking";
import { requireOffered } from "@parley/sending/models";
import { requireTaken } from "@parley/sending/untaken";

type Route = (typeof conversationRoutes)["updateConversation"];

/** The text of a saved prompt is copied, so that a later edit of it leaves this conversation alone. */
async function toChange(
  database: AskingDependencies["database"],
  ownerId: string,
  body: ApiRequest<Route>["body"],
): Promise<ConversationChange> {
  const { systemPrompt, systemPromptId } = body;
  // A text of the conversation's own is no longer that of its prompt.
  if (systemPrompt !== undefined) return { ...body, systemPromptId: null };
  if (systemPromptId === null) return { ...body, systemPrompt: null };
  if (systemPromptId === undefined) return body;
  const prompt = await getSystemPrompt(database, ownerId, systemPromptId);
  if (prompt === undefined) throw invalid("body.systemPromptId", "is no system prompt that you can use");
  return { ...body, systemPrompt: prompt.content };
}

/** Changes a conversation's settings. */
export function updateConversation({
  database,
  cache,
  realtime,
  asking,
  retentionDays,
}: AskingDependencies & Retention): Operation<Route> {
  return async ({ params: { conversationId }, body, caller: { userId }, headers }) => {
    addLogKeys({ conversationId });
    await requireOffered(database, asking.terms, body.model);
    await requireTaken(database, asking.terms, { ownerId: userId, conversationId, change: body });
    const expectedVersion = await matchedVersion(headers.ifMatch, () =>
      getConversation(database, userId, conversationId),
    );
    const change = await toChange(database, userId, body);
    const row = await storeChange(database, userId, conversationId, change, expectedVersion);
    if (row === undefined) throw missProblem(expectedVersion === undefined ? "not_found" : "stale");
    const conversation = renderConversation(row, { retentionDays });
    const isNews = [body.title, body.status, body.expiresInDays].some((value) => value !== undefined);
    await Promise.all([
      cache.conversationChanged(userId, conversationId),
      isNews && realtime.announce(conversationNews(userId, row.connectionIds, conversation)),
    ]);
    return { status: 200, body: conversation, etag: String(row.version) };
  };
}
