import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { model } from "../schemas/model.ts";

const base = { function: "ops", tag: "Operations", method: "GET" } as const;

const health = z
  .object({ status: z.enum(["ok", "degraded"]), database: z.enum(["reachable", "unreachable"]) })
  .register(z.globalRegistry, { id: "Health" });

export const opsRoutes = defineRoutes({
  listModels: {
    ...base,
    path: "/v1/models",
    auth: "user",
    tag: "Models",
    summary: "The models this deployment offers",
    responses: { 200: z.object({ data: z.array(model) }) },
  },
  getMetrics: {
    ...base,
    path: "/metrics",
    auth: "none",
    summary: "Counts and times in Prometheus text",
    description:
      "`Authorization: Bearer` with the deployment's METRICS_TOKEN. Where that is not set there is no such route.",
    mediaType: "text/plain; version=0.0.4; charset=utf-8",
    responses: { 200: z.string() },
    problems: ["unauthenticated", "not-found"],
  },
  getHealth: {
    ...base,
    path: "/health",
    auth: "none",
    summary: "Is the API up, and does it reach its database",
    responses: { 200: health, 503: health },
  },
});
