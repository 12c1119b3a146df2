import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { after, id, queryNumber } from "../schemas/fields.ts";
import { listQuery } from "../schemas/list.ts";
import { replyStatus } from "../schemas/reply.ts";

const base = { function: "replies", auth: "user", tag: "Replies" } as const;
const params = z.strictObject({ replyId: id });

const waitSeconds = queryNumber({ pattern: /^(1?\d|20)$/, minimum: 0, maximum: 20, default: 0 });

export const replyRoutes = defineRoutes({
  getReply: {
    ...base,
    method: "GET",
    path: "/v1/replies/{replyId}",
    summary: "Status of a reply, with its partial text while it is generated",
    description:
      "`waitSeconds` holds the answer until the reply ends, up to the deployment's cap; above the cap it answers at once with `Retry-After`. `after` leaves out that many code points of `partialText` from its beginning, and `reasoningAfter` of `reasoning`; while `attempts` is the same, what a client had is their beginning.",
    params,
    query: z.strictObject({ waitSeconds, after, reasoningAfter: after }),
    rate: "none",
    problems: ["not-found"],
  },
  getReplyContext: {
    ...base,
    method: "GET",
    path: "/v1/replies/{replyId}/context",
    summary: "What the model was given for a reply, what was left out, and what it cost",
    params,
    problems: ["not-found"],
  },
  cancelReply: {
    ...base,
    method: "POST",
    path: "/v1/replies/{replyId}/cancel",
    summary: "Cancel a reply; repeating it changes nothing",
    description:
      "What it has written becomes its assistant message; without a word there is none. The status is `cancelled`.",
    params,
    problems: ["not-found", "conflict"],
  },
  listReplies: {
    ...base,
    method: "GET",
    path: "/v1/conversations/{conversationId}/replies",
    summary: "Replies of a conversation, in the order they were asked for",
    params: z.strictObject({ conversationId: id }),
    query: z.strictObject({ ...listQuery, status: z.optional(replyStatus) }),
    problems: ["not-found"],
  },
});
