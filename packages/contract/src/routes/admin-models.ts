import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { modelId } from "../schemas/fields.ts";
import { discoverModels, writeModel } from "../schemas/model.ts";

const base = { function: "admin", auth: "user", credential: "token", group: "admin", tag: "Admin" } as const;
const models = "/v1/admin/models";
const params = z.strictObject({ modelId });
const path = `${models}/{modelId}` as const;

export const adminModelRoutes = defineRoutes({
  listAdminModels: {
    ...base,
    method: "GET",
    path: models,
    summary: "Every model: those of the settings, and what admins wrote about them and others",
  },
  getAdminModel: {
    ...base,
    method: "GET",
    path,
    summary: "A model",
    description: "Its id is one part of the path: `/` is written `%2F`.",
    params,
    problems: ["not-found"],
  },
  writeModel: {
    ...base,
    method: "PUT",
    path,
    summary: "Offer a model, or change its limits, its price and what it takes",
    description:
      "In force for the next message; replies that wait or run keep what they were asked under. It takes the place of " +
      "what the settings say. There is one default and one fallback: naming another takes it from the one before. The " +
      "default cannot be disabled (409).",
    params,
    body: writeModel,
    problems: ["not-found", "conflict", "precondition-failed"],
  },
  deleteModel: {
    ...base,
    method: "DELETE",
    path,
    summary: "Take back what admins wrote about a model",
    description:
      "One that the settings list is again as they say; another is no longer offered. 409 for the default, and where " +
      "nothing has been written about a model of the settings: that one can be disabled.",
    params,
    problems: ["not-found", "conflict", "precondition-failed"],
  },
  forgetLearnt: {
    ...base,
    method: "DELETE",
    path: `${path}/learnt`,
    summary: "Forget what a model's server has taught",
    description:
      "For a server that was upgraded: the next reply asks it in full again. 204 too where nothing was learnt.",
    params,
    problems: ["not-found"],
  },
  discoverModels: {
    ...base,
    method: "POST",
    path: `${models}/discover`,
    summary: "What the server of a provider offers",
    description: "Changes nothing. 503 when the server does not tell.",
    body: discoverModels,
  },
});
