import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";
import { updateMe } from "../schemas/account.ts";
import { listQuery } from "../schemas/list.ts";
import { boundedUsage, usageQuery } from "../schemas/usage.ts";

const base = { function: "account", auth: "user", tag: "Accounts", path: "/v1/me" } as const;

export const accountRoutes = defineRoutes({
  getMe: { ...base, method: "GET", summary: "The signed-in user" },
  updateMe: {
    ...base,
    method: "PATCH",
    summary: "Change the profile",
    description:
      "What is left out stays as it is, also within `preferences`. Your e-mail address changes by `POST /v1/auth/change-email`.",
    body: updateMe,
    problems: ["precondition-failed"],
  },
  deleteMe: {
    ...base,
    method: "DELETE",
    // Whoever finds a key must not be able to do this with it.
    credential: "token",
    summary: "Delete the account and everything that belongs to it",
    description:
      "At once and for good: running replies are cancelled, connections closed, every row erased, the sign-in " +
      "removed. The token ledger keeps amounts under a pseudonym. 202 when there is more than one request can " +
      "erase: repeat it until it is 200. A request that was cut off is repeated likewise; meanwhile the token is " +
      "good for this and for the export alone. If-Match takes the ETag of `GET /v1/me` and counts for the request that " +
      "begins the deletion: a repetition may leave it out or send the same one.",
    problems: ["precondition-failed"],
  },
  exportMe: {
    ...base,
    rate: "expensive",
    method: "GET",
    path: "/v1/me/export",
    summary: "Everything that belongs to the user, as lines of JSON",
    description:
      'Each line is `{ "table": "…", "row": { … } }`. A page is at most 4 MB; the next one is in the `Link` header, ' +
      "and the last page has none.",
    query: z.strictObject({
      cursor: z
        .optional(z.string().check(z.minLength(1), z.maxLength(1024)))
        .check(z.meta({ description: "Of the `Link` of the page before" })),
    }),
    mediaType: "application/x-ndjson",
  },
  getTokens: {
    ...base,
    method: "GET",
    path: "/v1/me/tokens",
    summary: "The token balance",
  },
  listLedger: {
    ...base,
    method: "GET",
    path: "/v1/me/tokens/ledger",
    summary: "Every entry that explains the balance, newest first, with the balance after it",
    query: z.strictObject(listQuery),
  },
  getUsage: {
    ...base,
    method: "GET",
    path: "/v1/me/usage",
    summary: "What the user's replies took, by day or by model",
    description:
      "A reply counts on the day (UTC) on which it ended, and stays counted when its conversation is deleted. A year at most.",
    query: z.strictObject(usageQuery).check(boundedUsage),
  },
  createPushTicket: {
    ...base,
    method: "POST",
    path: "/v1/push-tickets",
    // A key goes into the URL itself: it has no page that others could read over.
    credential: "token",
    summary: "Get a ticket that opens one WebSocket connection",
    description:
      "Good once, for a minute, and only for the page that asked for it: `?token=<ticket>` in the URL of the WebSocket " +
      "API, where an access token would stay in the logs of whatever is on the way. The connection ends with the " +
      "access token that the ticket was asked for with.",
  },
});
