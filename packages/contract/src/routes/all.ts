import type { Routes } from "../route.ts";
import { accountRoutes } from "./account.ts";
import { authRoutes } from "./auth.ts";
import { conversationRoutes } from "./conversations.ts";
import { messageRoutes } from "./messages.ts";
import { opsRoutes } from "./ops.ts";
import { replyRoutes } from "./replies.ts";

/** Every route of the API by its operation id. */
export const allRoutes = {
  ...authRoutes,
  ...accountRoutes,
  ...conversationRoutes,
  ...messageRoutes,
  ...replyRoutes,
  ...opsRoutes,
} satisfies Routes;
