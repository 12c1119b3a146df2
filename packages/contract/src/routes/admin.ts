import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { grantTokens, updateAdminUser } from "../schemas/admin.ts";
import { id, queryNumber, searchText } from "../schemas/fields.ts";
import { listQuery } from "../schemas/list.ts";
import { boundedUsage, usageQuery } from "../schemas/usage.ts";

// A key acts for its owner as a user, so that none of them needs an admin's caution.
const base = { function: "admin", auth: "user", credential: "token", group: "admin", tag: "Admin" } as const;
const users = "/v1/admin/users";
const replies = "/v1/admin/replies";
const userParams = z.strictObject({ userId: id });

const hours = queryNumber({
  pattern: /^(720|7[01]\d|[1-6]\d\d|[1-9]\d?)$/,
  minimum: 1,
  maximum: 720,
  default: 24,
});

export const adminRoutes = defineRoutes({
  listUsers: {
    ...base,
    method: "GET",
    path: users,
    summary: "Find users by a part of their e-mail address, or by id; newest first",
    query: z.strictObject({ ...listQuery, q: searchText }),
  },
  getUser: {
    ...base,
    method: "GET",
    path: `${users}/{userId}`,
    summary: "A user",
    params: userParams,
    problems: ["not-found"],
  },
  updateUser: {
    ...base,
    method: "PATCH",
    path: `${users}/{userId}`,
    summary: "Disable or enable a user",
    description:
      "A disabled user's sending and connecting is refused at once, everything else within 60 s; open connections are " +
      "closed. Running replies go on. " +
      "Nobody disables themselves, and what is being deleted stays disabled (409).",
    params: userParams,
    body: updateAdminUser,
    problems: ["not-found", "conflict"],
  },
  deleteUser: {
    ...base,
    method: "DELETE",
    path: `${users}/{userId}`,
    summary: "Delete a user and everything that belongs to them",
    description:
      "As `DELETE /v1/me`: 202 when there is more than one request can erase, and then repeated until it is 200. " +
      "Nobody deletes themselves here (409).",
    params: userParams,
    problems: ["not-found", "conflict", "precondition-failed"],
  },
  grantTokens: {
    ...base,
    method: "POST",
    path: `${users}/{userId}/tokens`,
    summary: "Give a user tokens, or take some back",
    description:
      "Answers the entry of the user's ledger: a grant, or a debit without a reply. No more can be taken than is free: " +
      "409 with `balance` and `held`.",
    params: userParams,
    body: grantTokens,
    idempotent: true,
    problems: ["not-found", "conflict"],
  },
  getStats: {
    ...base,
    method: "GET",
    path: "/v1/admin/stats",
    summary: "What the system does",
    query: z.strictObject({ hours }),
  },
  getAllUsage: {
    ...base,
    method: "GET",
    path: "/v1/admin/usage",
    summary: "What replies took, by day or by model: those of all users, or of one",
    description: "As `GET /v1/me/usage`. What was used by accounts that have been deleted is not in it.",
    query: z.strictObject({ ...usageQuery, userId: z.optional(id) }).check(boundedUsage),
    problems: ["not-found"],
  },
  listAllReplies: {
    ...base,
    method: "GET",
    path: replies,
    summary: "Replies of all users that have failed, or that wait or run now; newest first",
    query: z.strictObject({
      ...listQuery,
      status: z._default(z.enum(["failed", "queued", "in_progress"]), "failed"),
    }),
  },
  retryReply: {
    ...base,
    method: "POST",
    path: `${replies}/{replyId}/retry`,
    summary: "Ask the message of a failed reply again, for its owner",
    description:
      "A reply that has ended never changes: this makes a new one, of the same message and model, at its owner's " +
      "expense (402 when the balance does not cover it). 409 when the message has been asked again already.",
    params: z.strictObject({ replyId: id }),
    idempotent: true,
    problems: ["not-found", "conflict", "insufficient-tokens"],
  },
  listAdminActions: {
    ...base,
    method: "GET",
    path: "/v1/admin/audit",
    summary: "What admins did, newest first",
    description: "Append only. Looking is recorded too, this list included.",
    query: z.strictObject({ ...listQuery, userId: z.optional(id) }),
  },
});
