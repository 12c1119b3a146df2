import type { Answers } from "../route.ts";
import type { adminRoutes } from "../routes/admin.ts";
import { deletionReceipt } from "../schemas/account.ts";
import { adminAction, adminReply, adminStats, adminUser } from "../schemas/admin.ts";
import { list } from "../schemas/list.ts";
import { ledgerEntry } from "../schemas/tokens.ts";
import { usage } from "../schemas/usage.ts";

export const adminAnswers = {
  listUsers: { 200: list(adminUser) },
  getUser: { 200: adminUser },
  updateUser: { 200: adminUser },
  deleteUser: { 200: deletionReceipt, 202: deletionReceipt },
  grantTokens: { 201: ledgerEntry },
  getStats: { 200: adminStats },
  getAllUsage: { 200: usage },
  listAllReplies: { 200: list(adminReply) },
  retryReply: { 202: adminReply },
  listAdminActions: { 200: list(adminAction) },
} satisfies Answers<typeof adminRoutes>;
