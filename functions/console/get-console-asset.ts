import type { consoleRoutes } from "@parley/contract/routes/console";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { fileResponse, type ServedFile, servedFile } from "@parley/http/served-file";
import { readBuilt } from "./read-built.ts";

/** Files beside those of the page: the page itself, and the packed ones. */
const unlisted = /^index\.html$|\.br$/;

/** A file of the page. */
export function getConsoleAsset(): Operation<(typeof consoleRoutes)["getConsoleAsset"]> {
  const files = new Map<string, ServedFile>();
  return async ({ params: { asset }, headers }) => {
    let file = files.get(asset);
    if (file === undefined) {
      const content = unlisted.test(asset) ? undefined : await readBuilt(asset);
      if (content === undefined) throw problem("not-found");
      file = await servedFile(asset, content, await readBuilt(`${asset}.br`));
      files.set(asset, file);
    }
    return fileResponse(file, headers.acceptEncoding, "immutable");
  };
}
