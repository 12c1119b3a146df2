import * as z from "zod";
import { id, text, timestamp } from "./fields.ts";

export const me = z
  .object({
    id,
    email: z.string().nullable(),
    displayName: z.string().nullable(),
    roles: z.array(z.string()),
    tokens: z.object({ balance: z.int(), held: z.int() }),
    createdAt: timestamp,
    updatedAt: timestamp,
  })
  .meta({ id: "Me" });

export type Me = z.infer<typeof me>;

export const updateMe = z.strictObject({ displayName: text(100).nullable() });

export const deletionReceipt = z
  .object({
    isComplete: z.boolean(),
    erased: z
      .record(z.string(), z.int())
      .meta({ description: "Rows by table; those of token_ledger live on under a pseudonym" }),
  })
  .meta({ id: "DeletionReceipt" });
