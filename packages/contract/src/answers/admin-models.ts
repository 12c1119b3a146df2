import * as z from "zod/mini";
import type { Answers } from "../route.ts";
import type { adminModelRoutes } from "../routes/admin-models.ts";
import { adminModel, adminModels, discoveredModel } from "../schemas/model.ts";

export const adminModelAnswers = {
  listAdminModels: { 200: adminModels },
  getAdminModel: { 200: adminModel },
  writeModel: { 200: adminModel },
  deleteModel: { 204: undefined },
  forgetLearnt: { 204: undefined },
  discoverModels: { 200: z.object({ data: z.array(discoveredModel) }) },
} satisfies Answers<typeof adminModelRoutes>;
