import { consoleRoutes } from "@parley/contract/routes/console";
import { createApi } from "@parley/http/create-api";
import { readEnvironment } from "@parley/runtime/environment";
import { settings } from "./config.ts";
import { getConsole } from "./get-console.ts";
import { getConsoleAsset } from "./get-console-asset.ts";

const config = readEnvironment(settings);

export const handler = createApi({
  routes: consoleRoutes,
  operations: {
    getConsole: getConsole({
      pushUrl: config.PUSH_URL,
      signInUrl: config.SIGN_IN_URL,
      captcha: config.CAPTCHA,
    }),
    getConsoleAsset: getConsoleAsset(),
  },
  apiRatePerSecond: 0,
});
