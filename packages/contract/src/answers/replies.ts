import type { Answers } from "../route.ts";
import type { replyRoutes } from "../routes/replies.ts";
import { replyContext } from "../schemas/context.ts";
import { list } from "../schemas/list.ts";
import { reply } from "../schemas/reply.ts";

export const replyAnswers = {
  getReply: { 200: reply },
  getReplyContext: { 200: replyContext },
  cancelReply: { 200: reply },
  listReplies: { 200: list(reply) },
} satisfies Answers<typeof replyRoutes>;
