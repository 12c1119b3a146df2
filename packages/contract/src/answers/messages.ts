import * as z from "zod/mini";
import type { Answers } from "../route.ts";
import type { messageRoutes } from "../routes/messages.ts";
import { estimate } from "../schemas/context.ts";
import { list } from "../schemas/list.ts";
import { message, messagePage } from "../schemas/message.ts";
import { reply, tokensWhenAsked as tokens } from "../schemas/reply.ts";
import { messageMatch, similarMessages } from "../schemas/search.ts";

export const messageAnswers = {
  searchMessages: { 200: list(messageMatch) },
  findSimilarMessages: { 200: similarMessages },
  listMessages: { 200: messagePage },
  sendMessage: { 201: z.object({ message }), 202: z.object({ message, reply, tokens }) },
  getMessage: { 200: message },
  editMessage: { 200: message },
  deleteMessage: { 204: undefined },
  rateAnswer: { 200: message },
  removeFeedback: { 204: undefined },
  estimateReply: { 200: estimate },
  askAgain: { 202: z.object({ message, reply, tokens }) },
} satisfies Answers<typeof messageRoutes>;
