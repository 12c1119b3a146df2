import * as z from "zod/mini";
import { modelId } from "./fields.ts";
import { price } from "./tokens.ts";

export const model = z
  .object({
    id: modelId,
    name: z.string(),
    provider: z.string(),
    isDefault: z.boolean(),
    contextTokens: z.int(),
    maxOutputTokens: z.int(),
    price,
  })
  .register(z.globalRegistry, { id: "Model" });
