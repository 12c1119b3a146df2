import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { createConversation, forkConversation, updateConversation } from "../schemas/conversation.ts";
import { id, instant, metadataFilter, modelId, searchText, tag } from "../schemas/fields.ts";
import { listQuery } from "../schemas/list.ts";

const base = { function: "conversations", auth: "user", tag: "Conversations" } as const;
const one = "/v1/conversations/{conversationId}";
const params = z.strictObject({ conversationId: id });

export const conversationRoutes = defineRoutes({
  listConversations: {
    ...base,
    method: "GET",
    path: "/v1/conversations",
    summary: "List conversations",
    description:
      "`q` is text that the title or description must hold. With `sort=relevance` it is a search over titles, " +
      "descriptions and the text of messages instead, best match first.",
    query: z
      .strictObject({
        ...listQuery,
        q: searchText,
        status: z.optional(z.enum(["active", "archived", "deleted"])),
        sort: z._default(z.enum(["updatedAt", "createdAt", "relevance"]), "updatedAt"),
        model: z
          .optional(modelId)
          .check(z.meta({ description: "Those that are set to this model, not those without a model" })),
        tag: z.optional(tag),
        metadata: z.optional(metadataFilter).check(
          z.meta({
            description:
              "`metadata.project=garden`: those whose metadata has this value under this key; several must all be there",
          }),
        ),
        from: z
          .optional(instant)
          .check(z.meta({ description: "Changed at this time or later; with sort=createdAt, created" })),
        to: z
          .optional(instant)
          .check(z.meta({ description: "Changed before this time; with sort=createdAt, created" })),
      })
      .check(
        z.refine(({ sort, q }) => sort !== "relevance" || q !== undefined, {
          message: "is needed with sort=relevance",
          path: ["q"],
        }),
        z.refine(
          ({ sort, status, order, includeTotal }) =>
            sort !== "relevance" || (status !== "deleted" && order === "desc" && !includeTotal),
          {
            message: "relevance takes neither status=deleted nor order=asc nor includeTotal",
            path: ["sort"],
          },
        ),
        z.refine(
          ({ sort, model, from, to, tag, metadata }) =>
            sort !== "relevance" || (model ?? from ?? to ?? tag ?? metadata) === undefined,
          { message: "relevance takes neither model, from, to, tag nor metadata", path: ["sort"] },
        ),
      ),
  },
  createConversation: {
    ...base,
    method: "POST",
    path: "/v1/conversations",
    summary: "Create a conversation, with or without its first message",
    body: createConversation,
    idempotent: true,
    problems: ["quota-exceeded", "insufficient-tokens", "forbidden", "not-found", "conflict"],
  },
  getConversation: {
    ...base,
    method: "GET",
    path: one,
    summary: "Get a conversation",
    params,
    problems: ["not-found"],
  },
  updateConversation: {
    ...base,
    method: "PATCH",
    path: one,
    summary: "Change a conversation",
    params,
    body: updateConversation,
    problems: ["quota-exceeded", "not-found", "precondition-failed"],
  },
  deleteConversation: {
    ...base,
    method: "DELETE",
    path: one,
    summary: "Delete a conversation",
    description: "Cancels its unfinished replies. It can be restored for 30 days.",
    params,
    problems: ["not-found", "precondition-failed"],
  },
  forkConversation: {
    ...base,
    method: "POST",
    path: `${one}/fork`,
    summary: "Copy a conversation up to a message, and go on from there",
    description:
      "Prompt, model, metadata and pinned notes are copied with the messages; replies, replaced answers, earlier texts and deleted messages are not. The conversation itself is left as it is.",
    params,
    body: forkConversation,
    idempotent: true,
    problems: ["insufficient-tokens", "forbidden", "not-found", "conflict"],
  },
  restoreConversation: {
    ...base,
    method: "POST",
    path: `${one}/restore`,
    summary: "Undo a deletion",
    params,
    problems: ["not-found", "gone"],
  },
});
