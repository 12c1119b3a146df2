import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";

const base = { function: "docs", auth: "none", tag: "Operations", method: "GET" } as const;
const html = { mediaType: "text/html; charset=utf-8" } as const;

export const docsRoutes = defineRoutes({
  getOpenApi: {
    ...base,
    path: "/openapi.json",
    summary: "This document",
    hasEtag: true,
  },
  getDocs: { ...base, ...html, path: "/docs", summary: "This document in Swagger UI, to try things out" },
  getRedoc: { ...base, ...html, path: "/redoc", summary: "This document in Redoc, to read" },
  getDocsAsset: {
    ...base,
    path: "/docs/{asset}",
    summary: "A script, style or picture of the two pages",
    params: z.strictObject({
      asset: z.string().check(z.regex(/^[a-z0-9.-]{1,64}$/, "must be the name of a file")),
    }),
    mediaType: "*/*",
    hasEtag: true,
    problems: ["not-found"],
  },
});
