import * as z from "zod/mini";
import { id, modelId, recordId, text, timestamp } from "./fields.ts";
import { replyErrorCode, replyStatus } from "./reply.ts";

export const adminUser = z
  .object({
    id,
    email: z.nullable(z.string()),
    displayName: z.nullable(z.string()),
    status: z.enum(["active", "disabled", "deleting"]),
    tokens: z.object({ balance: z.int(), held: z.int() }),
    disabledAt: z.nullable(timestamp),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "AdminUser" });

export type AdminUser = z.infer<typeof adminUser>;

export const updateAdminUser = z.strictObject({ disabled: z.boolean() });

const mostTokens = 1_000_000_000;

export const grantTokens = z
  .strictObject({
    amount: z.int().check(
      z.minimum(-mostTokens),
      z.maximum(mostTokens),
      z.refine((amount) => amount !== 0, { message: "must not be 0" }),
      z.meta({ description: "Below 0: taken" }),
    ),
    reason: z
      .optional(text(200))
      .check(z.meta({ description: "Its owner reads it in the ledger; needed where tokens are taken" })),
  })
  .check(
    z.refine(({ amount, reason }) => amount > 0 || reason !== undefined, {
      message: "is needed where tokens are taken",
      path: ["reason"],
    }),
  );

/** A reply without any text of its owner's. */
export const adminReply = z
  .object({
    id,
    userId: id,
    conversationId: id,
    messageId: id,
    status: replyStatus,
    model: modelId,
    error: z.nullable(z.object({ code: replyErrorCode, message: z.string() })),
    attempts: z.int(),
    tokensCharged: z.int(),
    startedAt: z.nullable(timestamp),
    finishedAt: z.nullable(timestamp),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "AdminReply" });

export type AdminReply = z.infer<typeof adminReply>;

const seconds = z.number();

export const adminStats = z
  .object({
    hours: z.int().check(z.meta({ description: "What is `new`, `charged`, and which replies are counted" })),
    users: z.object({ total: z.int(), disabled: z.int(), new: z.int() }),
    conversations: z.object({ total: z.int(), new: z.int() }),
    replies: z.array(z.object({ status: replyStatus, model: modelId, count: z.int() })),
    secondsToReply: z
      .object({ p50: z.nullable(seconds), p95: z.nullable(seconds) })
      .check(z.meta({ description: "From asking to the answer; null where there was none" })),
    tokens: z.object({ balance: z.int(), held: z.int(), charged: z.int() }),
    feedback: z
      .array(z.object({ model: modelId, up: z.int(), down: z.int() }))
      .check(z.meta({ description: "Given in these hours, by the model that wrote the answer" })),
    storage: z.object({ bytes: z.int(), limit: z.nullable(z.int()) }).check(
      z.meta({
        description: "About what is kept of all users takes in the database, and may; null: no limit",
      }),
    ),
    queue: z
      .object({
        queued: z.int(),
        inProgress: z.int(),
        oldestQueuedSeconds: seconds,
        jobs: z
          .nullable(z.object({ waiting: z.int(), running: z.int(), delayed: z.int() }))
          .check(z.meta({ description: "About what SQS holds; delayed are checks. null: SQS did not say" })),
      })
      .check(z.meta({ description: "As of now" })),
  })
  .register(z.globalRegistry, { id: "AdminStats" });

export type AdminStats = z.infer<typeof adminStats>;

const adminActionKind = z.enum([
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
]);

const pseudonymous = z.string().check(
  z.meta({
    description: "An id; of a deleted account its pseudonym",
    example: "tz4a98xxat96iws9zmbrgj3a",
  }),
);

export const adminAction = z
  .object({
    id: recordId,
    adminId: pseudonymous,
    action: adminActionKind,
    userId: z.nullable(pseudonymous),
    replyId: z.nullable(id),
    requestId: z.string(),
    details: z.record(z.string(), z.union([z.string(), z.number()])),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "AdminAction" });

export type AdminAction = z.infer<typeof adminAction>;
