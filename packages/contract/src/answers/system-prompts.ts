import type { Answers } from "../route.ts";
import type { systemPromptRoutes } from "../routes/system-prompts.ts";
import { list } from "../schemas/list.ts";
import { systemPrompt } from "../schemas/system-prompt.ts";

export const systemPromptAnswers = {
  listSystemPrompts: { 200: list(systemPrompt) },
  createSystemPrompt: { 201: systemPrompt },
  getSystemPrompt: { 200: systemPrompt },
  updateSystemPrompt: { 200: systemPrompt },
  deleteSystemPrompt: { 204: undefined },
} satisfies Answers<typeof systemPromptRoutes>;
