import * as z from "zod/mini";
import type { Answers } from "../route.ts";
import type { accountRoutes } from "../routes/account.ts";
import { deletionReceipt, me } from "../schemas/account.ts";
import { list } from "../schemas/list.ts";
import { pushTicket } from "../schemas/push-ticket.ts";
import { ledgerEntry, tokenBalance } from "../schemas/tokens.ts";
import { usage } from "../schemas/usage.ts";

export const accountAnswers = {
  getMe: { 200: me },
  updateMe: { 200: me },
  deleteMe: { 200: deletionReceipt, 202: deletionReceipt },
  exportMe: { 200: z.string() },
  getTokens: { 200: tokenBalance },
  listLedger: { 200: list(ledgerEntry) },
  getUsage: { 200: usage },
  createPushTicket: { 201: pushTicket },
} satisfies Answers<typeof accountRoutes>;
