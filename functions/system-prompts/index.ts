import { callersOf } from "@parley/composition/callers";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { tracedDatabase } from "@parley/composition/traced-database";
import { systemPromptRoutes } from "@parley/contract/routes/system-prompts";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { readEnvironment } from "@parley/runtime/environment";
import { settings } from "./config.ts";
import { createSystemPrompt } from "./create-system-prompt.ts";
import { deleteSystemPrompt } from "./delete-system-prompt.ts";
import { getSystemPrompt } from "./get-system-prompt.ts";
import { listSystemPrompts } from "./list-system-prompts.ts";
import { updateSystemPrompt } from "./update-system-prompt.ts";

const config = readEnvironment(settings);
const database = tracedDatabase(await openDeploymentDatabase());

export const handler = createApi({
  routes: systemPromptRoutes,
  operations: {
    listSystemPrompts: listSystemPrompts(database),
    createSystemPrompt: createSystemPrompt(database, config.PROMPT_PUBLISHERS),
    getSystemPrompt: getSystemPrompt(database),
    updateSystemPrompt: updateSystemPrompt(database, config.PROMPT_PUBLISHERS),
    deleteSystemPrompt: deleteSystemPrompt(database),
  },
  resolveCaller: callersOf(database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
