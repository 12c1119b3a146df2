import { jsonb, pgTable, text } from "drizzle-orm/pg-core";
import { timestamps, version } from "./columns.ts";

/** How a server wants to be asked otherwise than is usual; what is absent, as usual. */
export interface Learnt {
  withoutUsage?: true;
  otherLimitName?: true;
  withoutSystemRole?: true;
  withoutCacheMarks?: true;
  withoutBackground?: true;
  withoutTools?: true;
  refused?: readonly string[];
  maxOutputTokens?: number;
  contextTokens?: number;
}

/** What servers have taught by refusing, also of models that no admin wrote about. A row stays when it is taken back. */
export const modelLessons = pgTable("model_lessons", {
  model: text("model").primaryKey(),
  // Which server it was, so that another one's is not heeded.
  server: text("server").notNull(),
  learnt: jsonb("learnt").$type<Learnt>().notNull(),
  // Names what changed it last: whoever knows of a later one keeps that.
  version: version(),
  ...timestamps(),
});
