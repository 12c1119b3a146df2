import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { after, id, modelId, searchText } from "../schemas/fields.ts";
import { listQuery } from "../schemas/list.ts";
import {
  editMessage,
  estimateReply,
  onBusy,
  ownSettings,
  rateAnswer,
  sendMessage,
} from "../schemas/message.ts";
import { searchQuery, similarQuery } from "../schemas/search-query.ts";

const base = { function: "messages", auth: "user", tag: "Messages" } as const;
const all = "/v1/conversations/{conversationId}/messages";
const one = `${all}/{messageId}` as const;
const feedback = `${one}/feedback` as const;
const params = z.strictObject({ conversationId: id, messageId: id });

export const messageRoutes = defineRoutes({
  searchMessages: {
    ...base,
    rate: "expensive",
    method: "GET",
    path: "/v1/messages",
    summary: "Search all messages, best match first; without a query list them, newest first",
    description:
      "Of messages that are neither deleted nor replaced; a search ranks at most 1 000 of them. Without `q` the snippet is the beginning of the text.",
    query: z.strictObject({
      limit: listQuery.limit,
      cursor: listQuery.cursor,
      q: z.optional(searchQuery),
      role: z.optional(z.enum(["user", "assistant"])),
    }),
  },
  findSimilarMessages: {
    ...base,
    rate: "expensive",
    method: "GET",
    path: "/v1/messages/similar",
    summary: "The messages most similar to a text",
    query: similarQuery,
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
    problems: ["not-found"],
  },
  sendMessage: {
    ...base,
    method: "POST",
    path: all,
    summary: "Send a message and have it answered in the background",
    params: z.strictObject({ conversationId: id }),
    body: sendMessage,
    idempotent: true,
    problems: ["quota-exceeded", "insufficient-tokens", "forbidden", "not-found", "conflict"],
  },
  getMessage: {
    ...base,
    method: "GET",
    path: one,
    summary: "Get a message",
    description:
      "`after` leaves out that many code points of `content` from its beginning: the rest of a text that is cut (`isCut`).",
    params,
    query: z.strictObject({ after }),
    problems: ["not-found"],
  },
  editMessage: {
    ...base,
    method: "PATCH",
    path: one,
    summary: "Edit a message; the earlier text is kept as a version",
    params,
    body: editMessage,
    problems: ["quota-exceeded", "not-found", "conflict", "precondition-failed"],
  },
  deleteMessage: {
    ...base,
    method: "DELETE",
    path: one,
    summary: "Delete a message",
    description:
      "It keeps its place with `content: null`. Its unfinished reply is cancelled, and what that has written discarded.",
    params,
    problems: ["not-found", "precondition-failed"],
  },
  rateAnswer: {
    ...base,
    method: "PUT",
    path: feedback,
    summary: "Say what you think of an answer",
    description: "In place of what you said before. Administrators see how often, by model, and no comment.",
    params,
    body: rateAnswer,
    problems: ["not-found", "conflict"],
  },
  removeFeedback: {
    ...base,
    method: "DELETE",
    path: feedback,
    summary: "Take feedback back",
    params,
    problems: ["not-found"],
  },
  estimateReply: {
    ...base,
    rate: "expensive",
    method: "POST",
    path: "/v1/conversations/{conversationId}/estimate",
    summary: "What sending a message would send, leave out and cost",
    description:
      "Nothing is stored or held. An unfinished reply is not counted: its answer is not known yet.",
    params: z.strictObject({ conversationId: id }),
    body: estimateReply,
    problems: ["not-found", "conflict"],
  },
  askAgain: {
    ...base,
    method: "POST",
    path: `${one}/replies`,
    summary: "Ask for another reply to the same user message",
    description: "When it completes, its answer becomes the active one and the earlier stays as a version.",
    params,
    body: z.strictObject({ model: z.optional(modelId), settings: ownSettings, onBusy }),
    idempotent: true,
    problems: ["insufficient-tokens", "forbidden", "not-found", "conflict"],
  },
});
