import * as z from "zod";

const limit = z
  .string()
  .regex(/^(100|[1-9]\d?)$/, "must be a whole number from 1 to 100")
  .transform(Number)
  .default(20)
  .meta({ type: "integer", minimum: 1, maximum: 100, default: 20, pattern: undefined });

/** The query parameters every list takes. */
export const listQuery = {
  limit,
  cursor: z
    .string()
    .min(1)
    .max(1024)
    .optional()
    .meta({ description: "`nextCursor` of the page before; valid with the same filters and order only" }),
  order: z.enum(["asc", "desc"]).default("desc"),
  includeTotal: z
    .enum(["true", "false"])
    .default("false")
    .transform((value) => value === "true")
    .meta({ type: "boolean", enum: undefined, default: false }),
};

/** A page of `item`s. */
export function list<T extends z.ZodType>(item: T) {
  return z.object({
    data: z.array(item),
    nextCursor: z.string().nullable(),
    total: z.int().optional().meta({ description: "Only with includeTotal=true" }),
  });
}
