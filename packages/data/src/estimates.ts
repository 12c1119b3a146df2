import { eq, sql } from "drizzle-orm";
import { ownConversation } from "./conversations.ts";
import type { Database } from "./database.ts";
import { prepared } from "./prepared.ts";
import { type HistoryMessage, inOrder, type PromptHistory, type ReplyNotes } from "./reply-jobs.ts";
import { conversations } from "./schema/conversations.ts";
import type { ReplySettings, SettingsChange } from "./schema/reply-settings.ts";
import { users } from "./schema/users.ts";
import type { ModelTerms, OfferedModels, UntakenParameter } from "./send-message.ts";

export interface EstimateQuestion extends OfferedModels {
  ownerId: string;
  conversationId: string;
  content: string;
  /** Absent: the conversation's, else the default. */
  model?: string | undefined;
  /** Over the conversation's. */
  settings?: SettingsChange | undefined;
  replyInputTokens?: number | undefined;
}

/** What a worker would start from, and what the send would hold. */
export interface EstimateBasis {
  outcome: "estimated";
  model: ModelTerms & { id: string; inputLimit: number; settings: ReplySettings };
  systemPrompt: string | null;
  history: (HistoryMessage & { id: string })[];
  notes: ReplyNotes;
  /** Tokens that would be held. */
  highestCharge: number;
  balance: number;
  held: number;
}

export type EstimateRefusal =
  | { outcome: "not_found" }
  | { outcome: "unknown_model"; model: string }
  | UntakenParameter;

/**
 * What `queue_reply` and `claim_for_prompt` would make of a message, by the functions that they call. A model that is not
 * offered has no terms.
 */
const estimateQuery = prepared((orm) =>
  orm
    .select({
      model: sql<Pick<EstimateBasis["model"], "id"> & Partial<EstimateBasis["model"]>>`asked`,
      untaken: sql<UntakenParameter | null>`untaken_parameter(asked, ${sql.placeholder("question")}::text::jsonb)`,
      systemPrompt: sql<string | null>`filled.system_prompt`,
      highestCharge: sql<number>`highest_price(filled, asked, ${sql.placeholder("content")})`.mapWith(Number),
      balance: users.tokenBalance,
      held: users.tokensHeld,
      history: sql<PromptHistory>`earlier`,
      messageIds: sql<string[]>`to_json(array(select messages.id from messages
        where messages.owner_id = filled.owner_id and messages.conversation_id = filled.id and messages.is_active
          and messages.position = any (array(select json_array_elements_text(earlier->'positions')::integer))
        order by messages.position))`,
      notes: sql<ReplyNotes>`prompt_notes(filled.owner_id, filled.id)`,
    })
    .from(conversations)
    .innerJoin(users, eq(users.id, conversations.ownerId))
    .crossJoinLateral(
      sql`jsonb_populate_record(conversations, jsonb_build_object('system_prompt',
        fill_prompt(conversations.system_prompt, conversations.metadata))) as filled`,
    )
    .crossJoinLateral(sql`asked_model(filled, ${sql.placeholder("question")}::text::jsonb) as asked`)
    .crossJoinLateral(
      sql`prompt_history(filled.owner_id, filled.id, filled.next_position,
        (asked->>'contextTokens')::bigint * 8) as earlier`,
    )
    .where(ownConversation(sql.placeholder("ownerId"), sql.placeholder("conversationId")))
    .prepare("estimate_reply"),
);

/** Reads what sending a message would start from; changes nothing. One round trip. */
export async function estimateReply(
  database: Database,
  { ownerId, conversationId, content, ...question }: EstimateQuestion,
): Promise<EstimateBasis | EstimateRefusal> {
  const values = { ownerId, conversationId, content, question: JSON.stringify(question) };
  const [found] = await database.run(({ orm }) => estimateQuery(orm).execute(values));
  if (found === undefined) return { outcome: "not_found" };
  const { model, untaken, history, messageIds, ...basis } = found;
  if (model.contextTokens === undefined) return { outcome: "unknown_model", model: model.id };
  if (untaken !== null) return untaken;
  return {
    outcome: "estimated",
    ...basis,
    model: model as EstimateBasis["model"],
    history: inOrder(history).map((message, at) => ({ ...message, id: messageIds[at] ?? "" })),
  };
}
