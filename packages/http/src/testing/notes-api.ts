import { defineRoutes } from "@parley/contract/route";
import { content, id, metadata } from "@parley/contract/schemas/fields";
import * as z from "zod/mini";
import type { CallerResolution } from "../api-types.ts";
import { type ApiEvent, type ApiHandler, type ApiOptions, createApi } from "../create-api.ts";
import { requireMatch } from "../etag.ts";
import { eventFor } from "./send.ts";

export const noteId = "tz4a98xxat96iws9zmbrgj3a";
const base = { function: "ops", tag: "Notes", auth: "user", summary: "A test route" } as const;

/** One route of every kind the wrapper tells apart. */
export const routes = defineRoutes({
  createNote: {
    ...base,
    method: "POST",
    path: "/v1/notes",
    body: z.strictObject({ content, metadata: z.optional(metadata), tags: z.optional(z.array(z.string())) }),
    idempotent: true,
  },
  getNote: {
    ...base,
    method: "GET",
    path: "/v1/notes/{noteId}",
    params: z.strictObject({ noteId: id }),
  },
  updateNote: {
    ...base,
    method: "PATCH",
    path: "/v1/notes/{noteId}",
    params: z.strictObject({ noteId: id }),
    body: z.strictObject({ content: z.optional(content) }),
  },
  listNotes: {
    ...base,
    method: "GET",
    path: "/v1/notes",
    query: z.strictObject({
      q: z.optional(z.string()),
      limit: z._default(z.pipe(z.string().check(z.regex(/^\d+$/)), z.transform(Number)), 20),
    }),
  },
  pollNote: { ...base, method: "GET", path: "/v1/poll", rate: "none" },
  restoreNote: { ...base, method: "POST", path: "/v1/restore" },
  openNote: { ...base, auth: "none", method: "GET", path: "/open" },
});

export const active: CallerResolution = { outcome: "active", user: { id: "user-1" } };

/** An API whose operations answer what they were given. */
export function notesApi(changed: Partial<ApiOptions<typeof routes>> = {}): ApiHandler {
  return createApi({
    routes,
    resolveCaller: async () => active,
    apiRatePerSecond: 0,
    operations: {
      createNote: async ({ body, idempotency }) => ({ status: 201, body: { ...body, idempotency } }),
      getNote: async ({ params }) => ({ status: 200, body: params, etag: "v3" }),
      updateNote: async ({ headers, body }) => {
        requireMatch(headers.ifMatch, "v3");
        return { status: 200, body, etag: "v4" };
      },
      listNotes: async ({ query, caller }) => ({ status: 200, body: { query, userId: caller.userId } }),
      pollNote: async () => ({ status: 200, body: {} }),
      restoreNote: async () => ({ status: 204 }),
      openNote: async ({ caller }) => ({ status: 200, body: { caller: caller ?? null } }),
    },
    ...changed,
  });
}

export function postNote(body: string, headers: Record<string, string> = {}): ApiEvent {
  return eventFor("POST /v1/notes", { body, headers: { "content-type": "application/json", ...headers } });
}
