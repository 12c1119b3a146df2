import * as z from "zod/mini";
import { queryNumber } from "./fields.ts";

const limit = queryNumber({ pattern: /^(100|[1-9]\d?)$/, minimum: 1, maximum: 100, default: 20 });

/** The query parameters every list takes. */
export const listQuery = {
  limit,
  cursor: z
    .optional(z.string().check(z.minLength(1), z.maxLength(1024)))
    .check(
      z.meta({ description: "`nextCursor` of the page before; valid with the same filters and order only" }),
    ),
  order: z._default(z.enum(["asc", "desc"]), "desc"),
  includeTotal: z
    .pipe(
      z._default(z.enum(["true", "false"]), "false"),
      z.transform((value) => value === "true"),
    )
    .check(z.meta({ type: "boolean", enum: undefined, default: false })),
};

/** A page of `item`s. */
export function list<T extends z.ZodMiniType>(item: T) {
  return z.object({
    data: z.array(item),
    nextCursor: z.nullable(z.string()),
    total: z.optional(z.int()).check(z.meta({ description: "Only with includeTotal=true" })),
  });
}
