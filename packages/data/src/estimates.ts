import type { Database } from "./database.ts";
import type { HistoryMessage, ReplyNotes } from "./reply-jobs.ts";
import type { ModelTerms, OfferedModels } from "./send-message.ts";

export interface EstimateQuestion extends OfferedModels {
  ownerId: string;
  conversationId: string;
  content: string;
  /** Absent: the conversation's, else the default. */
  model?: string | undefined;
}

/** What a worker would start from, and what the send would hold. */
export interface EstimateBasis {
  outcome: "estimated";
  model: ModelTerms & { id: string };
  systemPrompt: string | null;
  history: (HistoryMessage & { id: string })[];
  notes: ReplyNotes;
  /** Tokens that would be held. */
  highestCharge: number;
  balance: number;
  held: number;
}

export type EstimateRefusal = { outcome: "not_found" } | { outcome: "unknown_model"; model: string };

/** Reads what sending a message would start from; changes nothing. One round trip. */
export async function estimateReply(
  database: Database,
  question: EstimateQuestion,
): Promise<EstimateBasis | EstimateRefusal> {
  return database.run((connection) => connection.call("estimate_reply", question));
}
