import * as z from "zod/mini";
import { id, text, timestamp } from "./fields.ts";

export const me = z
  .object({
    id,
    email: z.nullable(z.string()),
    displayName: z.nullable(z.string()),
    roles: z.array(z.string()),
    tokens: z.object({ balance: z.int(), held: z.int() }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .register(z.globalRegistry, { id: "Me" });

export type Me = z.infer<typeof me>;

export const updateMe = z.strictObject({ displayName: z.nullable(text(100)) });

export const deletionReceipt = z
  .object({
    isComplete: z.boolean(),
    erased: z
      .record(z.string(), z.int())
      .check(z.meta({ description: "Rows by table; those of token_ledger live on under a pseudonym" })),
  })
  .register(z.globalRegistry, { id: "DeletionReceipt" });
