import type { docsRoutes } from "@parley/contract/routes/docs";
import type { Operation } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";
import { fileResponse, type ServedFile, servedFile } from "@parley/http/served-file";
import { starters } from "./pages.ts";
import { isAssetName, readAsset } from "./read-asset.ts";

// Redoc's footer would load it from elsewhere.
const foreignLogo = "https://cdn.redoc.ly/redoc/logo-mini.svg";
const noPicture = "data:,";

async function contentOf(name: string): Promise<Buffer | undefined> {
  const starter = Object.hasOwn(starters, name) ? starters[name] : undefined;
  if (starter !== undefined) return Buffer.from(starter);
  if (name === "openapi.json" || !isAssetName(name)) return undefined;
  const bytes = await readAsset(name);
  return name === "redoc.js" ? Buffer.from(bytes.toString().replaceAll(foreignLogo, noPicture)) : bytes;
}

/** A file of the pages. */
export function getDocsAsset(): Operation<(typeof docsRoutes)["getDocsAsset"]> {
  const files = new Map<string, ServedFile>();
  return async ({ params: { asset }, headers }) => {
    let file = files.get(asset);
    if (file === undefined) {
      const content = await contentOf(asset);
      if (content === undefined) throw problem("not-found");
      file = await servedFile(asset, content);
      files.set(asset, file);
    }
    return fileResponse(file, headers.acceptEncoding);
  };
}
