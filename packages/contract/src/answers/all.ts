import type { Answers } from "../route.ts";
import type { allRoutes } from "../routes/all.ts";
import { accountAnswers } from "./account.ts";
import { adminAnswers } from "./admin.ts";
import { adminModelAnswers } from "./admin-models.ts";
import { apiKeyAnswers } from "./api-keys.ts";
import { authAnswers } from "./auth.ts";
import { consoleAnswers } from "./console.ts";
import { conversationAnswers } from "./conversations.ts";
import { docsAnswers } from "./docs.ts";
import { messageAnswers } from "./messages.ts";
import { noteAnswers } from "./notes.ts";
import { opsAnswers } from "./ops.ts";
import { replyAnswers } from "./replies.ts";
import { systemPromptAnswers } from "./system-prompts.ts";

/** What every route of the API answers, by its operation id. */
export const allAnswers = {
  ...authAnswers,
  ...accountAnswers,
  ...apiKeyAnswers,
  ...conversationAnswers,
  ...messageAnswers,
  ...replyAnswers,
  ...systemPromptAnswers,
  ...noteAnswers,
  ...adminAnswers,
  ...adminModelAnswers,
  ...opsAnswers,
  ...docsAnswers,
  ...consoleAnswers,
} satisfies Answers<typeof allRoutes>;
