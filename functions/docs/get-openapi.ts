import type { docsRoutes } from "@parley/contract/routes/docs";
import type { Operation } from "@parley/http/api-types";
import { fileResponse, type ServedFile, servedFile } from "@parley/http/served-file";
import { readAsset } from "./read-asset.ts";

/** The document, with the server that it was asked of as its server. */
export function getOpenApi(): Operation<(typeof docsRoutes)["getOpenApi"]> {
  let file: ServedFile | undefined;
  return async ({ headers }) => {
    if (file === undefined) {
      const document: object = JSON.parse((await readAsset("openapi.json")).toString());
      const here = { ...document, servers: [{ url: "/", description: "This deployment" }] };
      file = await servedFile("openapi.json", Buffer.from(JSON.stringify(here)));
    }
    return fileResponse(file, headers.acceptEncoding);
  };
}
