import type { consoleRoutes } from "@parley/contract/routes/console";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { fileResponse, type ServedFile, servedFile } from "@parley/http/served-file";
import { readBuilt } from "./read-built.ts";

/** A file of the page. */
export function getConsoleAsset(): Operation<(typeof consoleRoutes)["getConsoleAsset"]> {
  const files = new Map<string, ServedFile>();
  return async ({ params: { asset }, headers }) => {
    let file = files.get(asset);
    if (file === undefined) {
      const content = asset === "index.html" ? undefined : await readBuilt(asset);
      if (content === undefined) throw problem("not-found");
      file = await servedFile(asset, content);
      files.set(asset, file);
    }
    return fileResponse(file, headers.acceptEncoding, "immutable");
  };
}
