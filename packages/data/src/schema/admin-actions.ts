import { index, jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { timestamps } from "./columns.ts";

export const adminActionKinds = [
  "users.listed",
  "user.read",
  "user.disabled",
  "user.enabled",
  "user.deleted",
  "tokens.granted",
  "tokens.taken",
  "stats.read",
  "usage.read",
  "replies.listed",
  "reply.retried",
  "prompt.changed",
  "prompt.deleted",
  "models.listed",
  "models.discovered",
  "model.read",
  "model.written",
  "model.deleted",
  "model.unlearnt",
  "audit.listed",
] as const;

/**
 * What admins did. Append only, which a trigger holds; a deleted account's id becomes its pseudonym. The ids are no
 * foreign keys: the record outlives whom it names.
 */
export const adminActions = pgTable(
  "admin_actions",
  {
    id: text("id").primaryKey(),
    adminId: text("admin_id").notNull(),
    action: text("action", { enum: adminActionKinds }).notNull(),
    // Whom it concerned, if anybody in particular.
    userId: text("user_id"),
    replyId: text("reply_id"),
    requestId: text("request_id").notNull(),
    details: jsonb("details").$type<Record<string, string | number>>().notNull().default({}),
    ...timestamps(),
  },
  (table) => [
    index("admin_actions_created").on(table.createdAt, table.id),
    index("admin_actions_user").on(table.userId, table.createdAt, table.id),
    index("admin_actions_admin").on(table.adminId),
  ],
);
