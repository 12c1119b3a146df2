import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { estimate, estimateReply } from "../schemas/context.ts";
import { id, modelId, searchText } from "../schemas/fields.ts";
import { list, listQuery } from "../schemas/list.ts";
import { editMessage, message, messagePage, onBusy, sendMessage } from "../schemas/message.ts";
import { reply } from "../schemas/reply.ts";
import { messageMatch, searchQuery, similarMessages, similarQuery } from "../schemas/search.ts";

const base = { function: "messages", auth: "user", tag: "Messages" } as const;
const all = "/v1/conversations/{conversationId}/messages";
const one = `${all}/{messageId}` as const;
const params = z.strictObject({ conversationId: id, messageId: id });

export const messageRoutes = defineRoutes({
  searchMessages: {
    ...base,
    method: "GET",
    path: "/v1/messages",
    summary: "Search all messages, best match first",
    description:
      "Over the text of messages that are neither deleted nor replaced; ranks at most 1 000 of them.",
    query: z.strictObject({
      limit: listQuery.limit,
      cursor: listQuery.cursor,
      q: searchQuery,
      role: z.optional(z.enum(["user", "assistant"])),
    }),
    responses: { 200: list(messageMatch) },
  },
  findSimilarMessages: {
    ...base,
    method: "GET",
    path: "/v1/messages/similar",
    summary: "The messages most similar to a text",
    query: similarQuery,
    responses: { 200: similarMessages },
  },
  listMessages: {
    ...base,
    method: "GET",
    path: all,
    summary: "List the messages of a conversation, newest first",
    params: z.strictObject({ conversationId: id }),
    query: z.strictObject({
      ...listQuery,
      q: searchText,
      role: z.optional(z.enum(["user", "assistant"])),
      versions: z._default(z.enum(["active", "all"]), "active").check(
        z.meta({
          description: "all: also the answers that later ones replaced",
        }),
      ),
    }),
    responses: { 200: messagePage },
    problems: ["not-found"],
  },
  sendMessage: {
    ...base,
    method: "POST",
    path: all,
    summary: "Send a message and have it answered in the background",
    params: z.strictObject({ conversationId: id }),
    body: sendMessage,
    responses: { 201: z.object({ message }), 202: z.object({ message, reply }) },
    idempotent: true,
    problems: ["insufficient-tokens", "forbidden", "not-found", "conflict"],
  },
  getMessage: {
    ...base,
    method: "GET",
    path: one,
    summary: "Get a message",
    params,
    responses: { 200: message },
    problems: ["not-found"],
  },
  editMessage: {
    ...base,
    method: "PATCH",
    path: one,
    summary: "Edit a message; the earlier text is kept as a version",
    params,
    body: editMessage,
    responses: { 200: message },
    problems: ["not-found", "conflict", "precondition-failed"],
  },
  deleteMessage: {
    ...base,
    method: "DELETE",
    path: one,
    summary: "Delete a message",
    description: "It keeps its place with `content: null`. Its unfinished reply is cancelled.",
    params,
    responses: { 204: undefined },
    problems: ["not-found", "precondition-failed"],
  },
  estimateReply: {
    ...base,
    method: "POST",
    path: "/v1/conversations/{conversationId}/estimate",
    summary: "What sending a message would send, leave out and cost",
    description:
      "Nothing is stored or held. An unfinished reply is not counted: its answer is not known yet.",
    params: z.strictObject({ conversationId: id }),
    body: estimateReply,
    responses: { 200: estimate },
    problems: ["not-found", "conflict"],
  },
  askAgain: {
    ...base,
    method: "POST",
    path: `${one}/replies`,
    summary: "Ask for another reply to the same user message",
    description: "When it completes, its answer becomes the active one and the earlier stays as a version.",
    params,
    body: z.strictObject({ model: z.optional(modelId), onBusy }),
    responses: { 202: z.object({ message, reply }) },
    idempotent: true,
    problems: ["insufficient-tokens", "forbidden", "not-found", "conflict"],
  },
});
