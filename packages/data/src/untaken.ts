import { sql } from "drizzle-orm";
import { type ConversationChange, ownConversation } from "./conversations.ts";
import type { Database } from "./database.ts";
import { conversations } from "./schema/conversations.ts";
import type { OfferedModels, UntakenParameter } from "./send-message.ts";

export interface SettledConversation {
  ownerId: string;
  conversationId: string;
  change: Pick<ConversationChange, "model" | "settings">;
}

/** The first setting that the conversation's model would not take after a change of either. */
export async function untakenAfter(
  database: Database,
  offered: OfferedModels,
  { ownerId, conversationId, change: { model, settings } }: SettledConversation,
): Promise<UntakenParameter | undefined> {
  if (settings === null || (settings === undefined && model === undefined)) return undefined;
  const changed = JSON.stringify({ model });
  const asked = JSON.stringify({ ...offered, settings });
  const [found] = await database.run(({ orm }) =>
    orm
      .select({
        untaken: sql<UntakenParameter | null>`untaken_parameter(asked_model(
          jsonb_populate_record(conversations, ${changed}::text::jsonb), terms), terms)`,
      })
      .from(conversations)
      .crossJoinLateral(sql`(select ${asked}::text::jsonb as terms) as terms`)
      .where(ownConversation(ownerId, conversationId)),
  );
  return found?.untaken ?? undefined;
}
