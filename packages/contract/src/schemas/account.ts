import * as z from "zod/mini";
import { id, modelId, text, timestamp } from "./fields.ts";

const locale = z
  .string()
  .check(
    z.regex(/^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,3}$/, "must be a language tag such as de or pt-BR"),
    z.meta({ example: "de" }),
  );

const preferences = z.object({
  defaultModel: z
    .nullable(modelId)
    .check(z.meta({ description: "Of new conversations that name none, as long as it is offered" })),
  locale: z.nullable(locale).check(z.meta({ description: "For pages: the API itself has one language" })),
});

const stored = z.object({
  used: z.int(),
  limit: z.nullable(z.int()).check(z.meta({ description: "null: none" })),
});

const storage = z.object({
  conversations: stored,
  messages: stored,
  notes: stored,
  systemPrompts: stored,
  apiKeys: stored,
  bytes: stored.check(
    z.meta({ description: "Of the texts of all these, earlier versions and what was deleted included" }),
  ),
});

const used = z.object({
  used: z.int().check(z.meta({ description: "By replies that have ended, read and written" })),
  limit: z.nullable(z.int()).check(z.meta({ description: "null: none" })),
});

const limits = z.object({
  runningReplies: z.nullable(z.int()).check(z.meta({ description: "At once; null: no limit" })),
  waitingReplies: z
    .nullable(z.int())
    .check(z.meta({ description: "Besides those that run; null: no limit" })),
  tokensPerDay: used,
  tokensPerMonth: used,
});

export const me = z
  .object({
    id,
    email: z.nullable(z.string()),
    displayName: z.nullable(z.string()),
    preferences,
    roles: z.array(z.string()),
    tokens: z.object({ balance: z.int(), held: z.int() }),
    storage,
    limits: limits.check(z.meta({ description: "Of replies; days and months are of UTC" })),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "Me" });

export type Me = z.infer<typeof me>;

export const updateMe = z
  .strictObject({
    displayName: z.optional(z.nullable(text(100))),
    preferences: z.optional(
      z.strictObject({
        defaultModel: z.optional(z.nullable(modelId)),
        locale: z.optional(z.nullable(locale)),
      }),
    ),
  })
  .check(z.refine((value) => Object.keys(value).length > 0, { message: "must change at least one field" }));

export const deletionReceipt = z
  .object({
    isComplete: z.boolean(),
    erased: z
      .record(z.string(), z.int())
      .check(z.meta({ description: "Rows by table; those of token_ledger live on under a pseudonym" })),
  })
  .register(z.globalRegistry, { id: "DeletionReceipt" });
