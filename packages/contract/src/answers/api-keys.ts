import type { Answers } from "../route.ts";
import type { apiKeyRoutes } from "../routes/api-keys.ts";
import { apiKey, newApiKey } from "../schemas/api-key.ts";
import { list } from "../schemas/list.ts";

export const apiKeyAnswers = {
  listApiKeys: { 200: list(apiKey) },
  createApiKey: { 201: newApiKey },
  deleteApiKey: { 204: undefined },
} satisfies Answers<typeof apiKeyRoutes>;
