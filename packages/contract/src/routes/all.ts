import type { Routes } from "../route.ts";
import { accountRoutes } from "./account.ts";
import { adminRoutes } from "./admin.ts";
import { adminModelRoutes } from "./admin-models.ts";
import { apiKeyRoutes } from "./api-keys.ts";
import { authRoutes } from "./auth.ts";
import { consoleRoutes } from "./console.ts";
import { conversationRoutes } from "./conversations.ts";
import { docsRoutes } from "./docs.ts";
import { messageRoutes } from "./messages.ts";
import { noteRoutes } from "./notes.ts";
import { opsRoutes } from "./ops.ts";
import { replyRoutes } from "./replies.ts";
import { systemPromptRoutes } from "./system-prompts.ts";

/** Every route of the API by its operation id. */
export const allRoutes = {
  ...authRoutes,
  ...accountRoutes,
  ...apiKeyRoutes,
  ...conversationRoutes,
  ...messageRoutes,
  ...replyRoutes,
  ...systemPromptRoutes,
  ...noteRoutes,
  ...adminRoutes,
  ...adminModelRoutes,
  ...opsRoutes,
  ...docsRoutes,
  ...consoleRoutes,
} satisfies Routes;
