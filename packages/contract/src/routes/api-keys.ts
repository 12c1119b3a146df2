import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { createApiKey } from "../schemas/api-key.ts";
import { id } from "../schemas/fields.ts";
import { listQuery } from "../schemas/list.ts";

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
    idempotent: true,
    problems: ["quota-exceeded", "conflict"],
  },
  deleteApiKey: {
    ...base,
    method: "DELETE",
    path: `${all}/{apiKeyId}`,
    summary: "Revoke an API key",
    description: "It is refused everywhere within 60 s, and its push connections are closed.",
    params: z.strictObject({ apiKeyId: id }),
    problems: ["not-found"],
  },
});
