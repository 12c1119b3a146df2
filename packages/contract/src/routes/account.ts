import * as z from "zod";
import { defineRoutes } from "../route.ts";
import { me, updateMe } from "../schemas/account.ts";
import { list, listQuery } from "../schemas/list.ts";
import { ledgerEntry, tokenBalance } from "../schemas/tokens.ts";

const base = { function: "account", auth: "user", tag: "Accounts", path: "/v1/me" } as const;

export const accountRoutes = defineRoutes({
  getMe: { ...base, method: "GET", summary: "The signed-in user", responses: { 200: me } },
  updateMe: {
    ...base,
    method: "PATCH",
    summary: "Change the profile",
    body: updateMe,
    responses: { 200: me },
    problems: ["precondition-failed"],
  },
  getTokens: {
    ...base,
    method: "GET",
    path: "/v1/me/tokens",
    summary: "The token balance",
    responses: { 200: tokenBalance },
  },
  listLedger: {
    ...base,
    method: "GET",
    path: "/v1/me/tokens/ledger",
    summary: "Every entry that explains the balance, newest first, with the balance after it",
    query: z.strictObject(listQuery),
    responses: { 200: list(ledgerEntry) },
  },
});
