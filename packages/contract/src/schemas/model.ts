import * as z from "zod";
import { modelId } from "./fields.ts";

export const model = z
  .object({
    id: modelId,
    name: z.string(),
    provider: z.string(),
    isDefault: z.boolean(),
    contextTokens: z.int(),
    maxOutputTokens: z.int(),
    price: z.union([
      z.object({ kind: z.literal("flat"), tokens: z.int() }),
      z.object({ kind: z.literal("metered"), inputPer1000: z.number(), outputPer1000: z.number() }),
    ]),
  })
  .meta({ id: "Model" });
