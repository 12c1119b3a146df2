import { and, eq, sql } from "drizzle-orm";
import { type ChangedConversation, changed, changedColumns, ownConversation } from "./conversations.ts";
import type { Database } from "./database.ts";
import { conversations } from "./schema/conversations.ts";

const hasFirstTitle = eq(conversations.titleSource, "first_message");

interface AnsweredReply {
  ownerId: string;
  conversationId: string;
  /** The reply. */
  id: string;
}

/** What the conversation of its first answered reply was called by its first message; undefined of any other. */
export async function firstTitleOf(
  database: Database,
  { ownerId, conversationId, id }: AnsweredReply,
): Promise<string | undefined> {
  const [row] = await database.run(({ orm }) =>
    orm
      .select({ title: conversations.title })
      .from(conversations)
      .where(
        and(
          ownConversation(ownerId, conversationId),
          hasFirstTitle,
          sql`not exists (select from replies where replies.owner_id = ${ownerId}
            and replies.conversation_id = ${conversationId} and replies.id <> ${id}
            and replies.status in ('completed', 'incomplete'))`,
        ),
      )
      .prepare("first_title_of")
      .execute(),
  );
  return row?.title ?? undefined;
}

/** Puts a model's title in place of the first message's; undefined where the conversation has another one by now. */
export async function replaceFirstTitle(
  database: Database,
  { ownerId, conversationId }: Omit<AnsweredReply, "id">,
  { present, title }: { present: string; title: string },
): Promise<ChangedConversation | undefined> {
  const [row] = await database.run(({ orm }) =>
    orm
      .update(conversations)
      .set({ title, titleSource: "model", ...changed })
      // A rename by the functions of 0.1 changes the title alone.
      .where(and(ownConversation(ownerId, conversationId), hasFirstTitle, eq(conversations.title, present)))
      .returning(changedColumns)
      .prepare("replace_first_title")
      .execute(),
  );
  return row;
}
