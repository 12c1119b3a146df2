import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";

const base = { function: "ops", tag: "Operations", method: "GET" } as const;

export const opsRoutes = defineRoutes({
  listModels: {
    ...base,
    path: "/v1/models",
    auth: "user",
    tag: "Models",
    summary: "The models this deployment offers",
  },
  getMetrics: {
    ...base,
    path: "/metrics",
    auth: "none",
    summary: "Counts and times in Prometheus text",
    description:
      "`Authorization: Bearer` with the deployment's METRICS_TOKEN. Where that is not set there is no such route.",
    mediaType: "text/plain; version=0.0.4; charset=utf-8",
    problems: ["unauthenticated", "not-found"],
  },
  getHealth: {
    ...base,
    path: "/health",
    auth: "none",
    summary: "Is the API up",
    description:
      "Anybody may ask, and no database is woken for it. `deep=1`, with the deployment's METRICS_TOKEN as for " +
      "`/metrics`, asks the database as well.",
    query: z.strictObject({ deep: z.optional(z.literal("1")) }),
    problems: ["unauthenticated", "not-found"],
  },
});
