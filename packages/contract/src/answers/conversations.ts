import * as z from "zod/mini";
import type { Answers } from "../route.ts";
import type { conversationRoutes } from "../routes/conversations.ts";
import { conversation } from "../schemas/conversation.ts";
import { list } from "../schemas/list.ts";
import { message } from "../schemas/message.ts";
import { reply, tokensWhenAsked as tokens } from "../schemas/reply.ts";
import { listedConversation } from "../schemas/search.ts";

export const conversationAnswers = {
  listConversations: { 200: list(listedConversation) },
  createConversation: { 201: conversation, 202: z.object({ conversation, message, reply, tokens }) },
  getConversation: { 200: conversation },
  updateConversation: { 200: conversation },
  deleteConversation: { 204: undefined },
  forkConversation: { 201: conversation, 202: z.object({ conversation, message, reply, tokens }) },
  restoreConversation: { 200: conversation },
} satisfies Answers<typeof conversationRoutes>;
