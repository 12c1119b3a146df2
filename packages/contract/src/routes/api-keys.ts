import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { apiKey, createApiKey, newApiKey } from "../schemas/api-key.ts";
import { id } from "../schemas/fields.ts";
import { list, listQuery } from "../schemas/list.ts";

// A key must not be able to make itself another one.
const base = { function: "api-keys", auth: "user", credential: "token", tag: "API keys" } as const;
const all = "/v1/api-keys";

export const apiKeyRoutes = defineRoutes({
  listApiKeys: {
    ...base,
    method: "GET",
    path: all,
    summary: "List the API keys that are not revoked",
    query: z.strictObject(listQuery),
    responses: { 200: list(apiKey) },
  },
  createApiKey: {
    ...base,
    method: "POST",
    path: all,
    summary: "Create an API key",
    description:
      "The answer is the only one that has the key. It goes where an access token does " +
      "(`Authorization: Bearer parley_…`), except on the routes that manage keys and passwords. 100 at most.",
    body: createApiKey,
    responses: { 201: newApiKey },
    idempotent: true,
    problems: ["conflict"],
  },
  deleteApiKey: {
    ...base,
    method: "DELETE",
    path: `${all}/{apiKeyId}`,
    summary: "Revoke an API key",
    description: "It is refused everywhere within 60 s.",
    params: z.strictObject({ apiKeyId: id }),
    responses: { 204: undefined },
    problems: ["not-found"],
  },
});
