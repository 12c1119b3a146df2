import * as z from "zod/mini";
import { defineRoutes } from "../route.ts";

const base = { function: "console", auth: "none", tag: "Operations", method: "GET" } as const;

export const consoleRoutes = defineRoutes({
  getConsole: {
    ...base,
    path: "/",
    summary: "The console: a page to talk in",
    // The page reads it: a sign-in page comes back with its code.
    query: z.looseObject({}),
    mediaType: "text/html; charset=utf-8",
  },
  getConsoleAsset: {
    ...base,
    path: "/console/{asset}",
    summary: "A script, style or picture of the console",
    description: "Its name has a hash of its content, so it may be kept for ever.",
    params: z.strictObject({
      asset: z.string().check(z.regex(/^[A-Za-z0-9.-]{1,64}$/, "must be the name of a file")),
    }),
    mediaType: "*/*",
    hasEtag: true,
    problems: ["not-found"],
  },
});
