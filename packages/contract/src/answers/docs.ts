import * as z from "zod/mini";
import type { Answers } from "../route.ts";
import type { docsRoutes } from "../routes/docs.ts";

export const docsAnswers = {
  getOpenApi: { 200: z.looseObject({ openapi: z.string() }) },
  getDocs: { 200: z.string() },
  getRedoc: { 200: z.string() },
  getDocsAsset: { 200: z.string() },
} satisfies Answers<typeof docsRoutes>;
