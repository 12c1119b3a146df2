import * as z from "zod/mini";
import type { Answers } from "../route.ts";
import type { opsRoutes } from "../routes/ops.ts";
import { model } from "../schemas/model.ts";

const health = z
  .object({
    status: z.enum(["ok", "degraded"]),
    database: z
      .optional(z.enum(["reachable", "unreachable"]))
      .check(z.meta({ description: "With `deep=1` only" })),
  })
  .register(z.globalRegistry, { id: "Health" });

export const opsAnswers = {
  listModels: { 200: z.object({ data: z.array(model) }) },
  getMetrics: { 200: z.string() },
  getHealth: { 200: health, 503: health },
} satisfies Answers<typeof opsRoutes>;
