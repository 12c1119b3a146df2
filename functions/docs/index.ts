import { docsRoutes } from "@parley/contract/routes/docs";
import { createApi } from "@parley/http/create-api";
import { getDocsAsset } from "./get-docs-asset.ts";
import { getOpenApi } from "./get-openapi.ts";
import { getPage } from "./get-page.ts";
import { redocPage, swaggerPage } from "./pages.ts";

export const handler = createApi({
  routes: docsRoutes,
  operations: {
    getOpenApi: getOpenApi(),
    getDocs: getPage(swaggerPage),
    getRedoc: getPage(redocPage),
    getDocsAsset: getDocsAsset(),
  },
  apiRatePerSecond: 0,
});
