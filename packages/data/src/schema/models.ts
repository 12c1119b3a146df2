import { modelParameters } from "@parley/settings/providers";
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  doublePrecision,
  integer,
  jsonb,
  pgTable,
  text,
  uniqueIndex,
} from "drizzle-orm/pg-core";
import { timestamps, version } from "./columns.ts";

export type ModelParameter = (typeof modelParameters)[number];

/** US dollars that the deployment pays its provider for a million tokens. */
export interface ModelCost {
  input: number;
  output: number;
  cachedInput?: number | undefined;
}

/** What admins wrote about models. One without a row is offered as the deployment's settings say. */
export const models = pgTable(
  "models",
  {
    id: text("id").primaryKey(),
    displayName: text("display_name"),
    contextTokens: integer("context_tokens").notNull(),
    maxOutputTokens: integer("max_output_tokens").notNull(),
    // Flat: tokens a reply. Metered: tokens per 1 000 of the model's own.
    priceFlat: integer("price_flat"),
    priceInput: doublePrecision("price_input"),
    priceOutput: doublePrecision("price_output"),
    priceCachedInput: doublePrecision("price_cached_input"),
    costPerMillion: jsonb("cost_per_million").$type<ModelCost>(),
    // Whether its answers are bought in the background, where its provider can do that.
    background: boolean("background").notNull().default(false),
    parameters: text("parameters", { enum: modelParameters }).array().notNull(),
    isEnabled: boolean("is_enabled").notNull().default(true),
    isDefault: boolean("is_default").notNull().default(false),
    isFallback: boolean("is_fallback").notNull().default(false),
    position: integer("position").notNull().default(0),
    version: version(),
    ...timestamps(),
  },
  (table) => [
    uniqueIndex("models_default").on(table.isDefault).where(sql`${table.isDefault}`),
    uniqueIndex("models_fallback").on(table.isFallback).where(sql`${table.isFallback}`),
    check(
      "models_price",
      sql`case when ${table.priceFlat} is null then ${table.priceInput} is not null and ${table.priceOutput} is not null
        else ${table.priceInput} is null and ${table.priceOutput} is null and ${table.priceCachedInput} is null end`,
    ),
  ],
);
