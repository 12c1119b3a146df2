import * as z from "zod/mini";
import type { Answers } from "../route.ts";
import type { consoleRoutes } from "../routes/console.ts";

export const consoleAnswers = {
  getConsole: { 200: z.string() },
  getConsoleAsset: { 200: z.string() },
} satisfies Answers<typeof consoleRoutes>;
