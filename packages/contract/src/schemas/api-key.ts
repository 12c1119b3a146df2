import * as z from "zod/mini";
import { id, text, timestamp } from "./fields.ts";

const scopes = z.array(z.enum(["read", "write"])).check(
  z.minLength(1),
  z.maxLength(2),
  z.refine((value) => new Set(value).size === value.length, { message: "must not repeat a scope" }),
  z.meta({ uniqueItems: true, description: "read: every GET; write: every other method" }),
);

export const apiKey = z
  .object({
    id,
    name: z.string(),
    hint: z.string().check(z.meta({ description: "The beginning of the key", example: "parley_3kTz9Q" })),
    scopes,
    lastUsedAt: z.nullable(timestamp).check(z.meta({ description: "Within a minute or so" })),
    expiresAt: z.nullable(timestamp).check(z.meta({ description: "null: never" })),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "ApiKey" });

export type ApiKey = z.infer<typeof apiKey>;

export const newApiKey = z
  .extend(apiKey, {
    key: z.nullable(z.string()).check(
      z.meta({
        description:
          "The key itself, shown this once. null when an earlier request with the same Idempotency-Key has had it.",
      }),
    ),
  })
  .register(z.globalRegistry, { id: "NewApiKey" });

export type NewApiKey = z.infer<typeof newApiKey>;

export const createApiKey = z.strictObject({
  name: text(100).check(z.meta({ example: "Backup script" })),
  scopes: z._default(scopes, ["read", "write"]),
  expiresAt: z
    ._default(
      z.nullable(z.iso.datetime({ message: "must be a time in UTC such as 2027-01-01T00:00:00Z" })),
      null,
    )
    .check(z.meta({ description: "In the future; null: never", example: "2027-01-01T00:00:00.000Z" })),
});
