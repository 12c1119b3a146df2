import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { id, searchText, tag } from "../schemas/fields.ts";
import { listQuery } from "../schemas/list.ts";
import { createNote, updateNote } from "../schemas/note.ts";
import { similarQuery } from "../schemas/search-query.ts";

const base = { function: "notes", auth: "user", tag: "Notes" } as const;
const all = "/v1/notes";
const one = "/v1/notes/{noteId}";
const pin = "/v1/conversations/{conversationId}/notes/{noteId}";
const params = z.strictObject({ noteId: id });
const pinParams = z.strictObject({ conversationId: id, noteId: id });

export const noteRoutes = defineRoutes({
  listNotes: {
    ...base,
    method: "GET",
    path: all,
    summary: "List notes",
    query: z.strictObject({
      ...listQuery,
      q: searchText,
      tag: z.optional(tag),
      pinnedTo: z.optional(id).check(z.meta({ description: "Only the notes pinned to this conversation" })),
    }),
  },
  createNote: {
    ...base,
    method: "POST",
    path: all,
    summary: "Save a note that models can refer to",
    body: createNote,
    idempotent: true,
    problems: ["quota-exceeded"],
  },
  findSimilarNotes: {
    ...base,
    rate: "expensive",
    method: "GET",
    path: "/v1/notes/similar",
    summary: "The notes most similar to a text",
    query: similarQuery,
  },
  getNote: {
    ...base,
    method: "GET",
    path: one,
    summary: "Get a note",
    params,
    problems: ["not-found"],
  },
  updateNote: {
    ...base,
    method: "PATCH",
    path: one,
    summary: "Change a note",
    params,
    body: updateNote,
    problems: ["quota-exceeded", "not-found", "precondition-failed"],
  },
  deleteNote: {
    ...base,
    method: "DELETE",
    path: one,
    summary: "Delete a note",
    description: "Replies that used it keep the text they were given in their context.",
    params,
    problems: ["not-found", "precondition-failed"],
  },
  pinNote: {
    ...base,
    method: "PUT",
    path: pin,
    summary: "Pin a note to a conversation",
    description:
      "Every later reply of the conversation is given the note, as far as the pinned notes fit: up to about 4 000 " +
      "tokens, those pinned first come first. 50 at most.",
    params: pinParams,
    problems: ["not-found", "conflict"],
  },
  unpinNote: {
    ...base,
    method: "DELETE",
    path: pin,
    summary: "Unpin a note",
    params: pinParams,
    problems: ["not-found"],
  },
});
