import * as z from "zod";
import { id, text, timestamp } from "./fields.ts";

const scopes = z
  .array(z.enum(["read", "write"]))
  .min(1)
  .max(2)
  .refine((value) => new Set(value).size === value.length, { message: "must not repeat a scope" })
  .meta({ uniqueItems: true, description: "read: every GET; write: every other method" });

export const apiKey = z
  .object({
    id,
    name: z.string(),
    hint: z.string().meta({ description: "The beginning of the key", example: "parley_3kTz9Q" }),
    scopes,
    lastUsedAt: timestamp.nullable().meta({ description: "Within a minute or so" }),
    expiresAt: timestamp.nullable().meta({ description: "null: never" }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "ApiKey" });

export type ApiKey = z.infer<typeof apiKey>;

export const newApiKey = apiKey
  .extend({
    key: z.string().nullable().meta({
      description:
        "The key itself, shown this once. null when an earlier request with the same Idempotency-Key has had it.",
    }),
  })
  .meta({ id: "NewApiKey" });

export type NewApiKey = z.infer<typeof newApiKey>;

export const createApiKey = z.strictObject({
  name: text(100).meta({ example: "Backup script" }),
  scopes: scopes.default(["read", "write"]),
  expiresAt: z.iso
    .datetime({ message: "must be a time in UTC such as 2027-01-01T00:00:00Z" })
    .nullable()
    .default(null)
    .meta({ description: "In the future; null: never", example: "2027-01-01T00:00:00.000Z" }),
});
