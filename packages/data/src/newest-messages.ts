import { and, eq, getTableColumns, isNull, sql } from "drizzle-orm";
import type { Database } from "./database.ts";
import { behindInstant, exactInstant, inOrder, type PageOf, pageLimit } from "./keyset.ts";
import { ofConversation, shownContent } from "./messages.ts";
import { conversations } from "./schema/conversations.ts";
import { messages } from "./schema/messages.ts";
import type { MessageMatch } from "./search.ts";
import { snippetOf } from "./snippet.ts";

/** A message with the beginning of its text in place of what was found in it. */
export type NewestMessage = Omit<MessageMatch, "score"> & { sortKey: string };

/**
 * Up to `limit` of the owner's messages, the newest first; `sortKey` is their time with its microseconds. Deleted
 * messages, those of deleted conversations and replaced answers are left out. One round trip.
 */
export async function newestMessages(
  database: Database,
  ownerId: string,
  { role, ...page }: Omit<PageOf<string>, "order"> & { role?: "user" | "assistant" | undefined },
): Promise<NewestMessage[]> {
  const newestFirst = { ...page, order: "desc" } as const;
  const direction = inOrder(newestFirst);
  const rows = await database.run(({ orm }) =>
    orm
      .select({
        message: { ...getTableColumns(messages), content: shownContent },
        conversationTitle: conversations.title,
        sortKey: exactInstant(messages.createdAt).as("sort_key"),
      })
      .from(messages)
      .innerJoin(conversations, ofConversation)
      .where(
        and(
          eq(messages.ownerId, ownerId),
          // As the partial index has it.
          sql`${messages.isActive} and not ${messages.isDeleted}`,
          isNull(conversations.deletedAt),
          role && eq(messages.role, role),
          behindInstant(messages.createdAt, messages.id, newestFirst),
        ),
      )
      .orderBy(direction(messages.createdAt), direction(messages.id))
      .limit(pageLimit(page))
      .prepare("newest_messages")
      .execute(),
  );
  return rows.map((row) => ({ ...row, ...snippetOf(row.message.content, () => undefined, "") }));
}
