import { and, eq, ne } from "drizzle-orm";
import { ownConversation } from "./conversations.ts";
import type { Database } from "./database.ts";
import { conversations } from "./schema/conversations.ts";
import { conversationNotes, notes } from "./schema/notes.ts";

/** Notes that can be pinned to one conversation. */
export const maxPinnedNotes = 50;

export interface Pin {
  ownerId: string;
  conversationId: string;
  noteId: string;
}

/** Pins a note to a conversation of the same owner; repeating it changes nothing. */
export async function pinNote(database: Database, pin: Pin): Promise<"pinned" | "not_found" | "too_many"> {
  const { ownerId, conversationId, noteId } = pin;
  return database.run(({ orm }) =>
    orm.transaction(async (transaction) => {
      // The lock also keeps two pins from both being the last one that is allowed.
      const [conversation] = await transaction
        .select({ id: conversations.id })
        .from(conversations)
        .where(ownConversation(ownerId, conversationId))
        .for("no key update");
      if (conversation === undefined) return "not_found";
      const [note] = await transaction
        .select({ id: notes.id })
        .from(notes)
        .where(and(eq(notes.ownerId, ownerId), eq(notes.id, noteId)))
        .for("key share");
      if (note === undefined) return "not_found";
      const others = await transaction.$count(
        conversationNotes,
        and(
          eq(conversationNotes.ownerId, ownerId),
          eq(conversationNotes.conversationId, conversationId),
          ne(conversationNotes.noteId, noteId),
        ),
      );
      if (others >= maxPinnedNotes) return "too_many";
      await transaction.insert(conversationNotes).values(pin).onConflictDoNothing();
      return "pinned";
    }),
  );
}

/** Unpins a note; repeating it changes nothing. */
export async function unpinNote(database: Database, pin: Pin): Promise<"unpinned" | "not_found"> {
  const { ownerId, conversationId, noteId } = pin;
  return database.run(async ({ orm }) => {
    const [both] = await orm
      .select({ id: notes.id })
      .from(conversations)
      .innerJoin(notes, and(eq(notes.ownerId, conversations.ownerId), eq(notes.id, noteId)))
      .where(ownConversation(ownerId, conversationId));
    if (both === undefined) return "not_found";
    await orm
      .delete(conversationNotes)
      .where(
        and(
          eq(conversationNotes.ownerId, ownerId),
          eq(conversationNotes.conversationId, conversationId),
          eq(conversationNotes.noteId, noteId),
        ),
      );
    return "unpinned";
  });
}
