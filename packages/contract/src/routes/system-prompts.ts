import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { id, searchText } from "../schemas/fields.ts";
import { listQuery } from "../schemas/list.ts";
import { createSystemPrompt, promptVisibility, updateSystemPrompt } from "../schemas/system-prompt.ts";

const base = { function: "system-prompts", auth: "user", tag: "System prompts" } as const;
const all = "/v1/system-prompts";
const one = "/v1/system-prompts/{systemPromptId}";
const params = z.strictObject({ systemPromptId: id });

export const systemPromptRoutes = defineRoutes({
  listSystemPrompts: {
    ...base,
    method: "GET",
    path: all,
    summary: "List system prompts",
    description:
      "One's own, by time of creation. `visibility=public` lists everybody's public ones instead, one's own among them.",
    query: z.strictObject({ ...listQuery, q: searchText, visibility: z.optional(promptVisibility) }),
  },
  createSystemPrompt: {
    ...base,
    method: "POST",
    path: all,
    summary: "Save a system prompt",
    description: "A public one is refused (403) where the deployment lets admins alone publish.",
    body: createSystemPrompt,
    idempotent: true,
    problems: ["quota-exceeded", "forbidden"],
  },
  getSystemPrompt: {
    ...base,
    method: "GET",
    path: one,
    summary: "Get a system prompt",
    params,
    problems: ["not-found"],
  },
  updateSystemPrompt: {
    ...base,
    method: "PATCH",
    path: one,
    summary: "Change a system prompt",
    description:
      "Of other users' public prompts only an admin may change name, content and visibility. Conversations that " +
      "use the prompt keep the text they copied.",
    params,
    body: updateSystemPrompt,
    problems: ["quota-exceeded", "not-found", "forbidden", "precondition-failed"],
  },
  deleteSystemPrompt: {
    ...base,
    method: "DELETE",
    path: one,
    summary: "Delete a system prompt",
    description:
      "Conversations and replies keep the text they copied. Other users' public ones: admins only.",
    params,
    problems: ["not-found", "forbidden", "precondition-failed"],
  },
});
