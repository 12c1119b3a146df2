import * as z from "zod/mini";
import { modelId, text, timestamp } from "./fields.ts";
import { price } from "./tokens.ts";

const parameter = z.enum(["temperature", "topP", "maxOutputTokens", "reasoningEffort", "stop"]);
const parameters = z.array(parameter).check(
  z.meta({
    description: "Those of a reply's `settings` that it takes",
    example: ["temperature", "maxOutputTokens"],
  }),
);

const limits = { contextTokens: z.int(), maxOutputTokens: z.int() };

export const model = z
  .object({
    id: modelId,
    name: z.string(),
    displayName: z.nullable(z.string()),
    provider: z.string(),
    isDefault: z.boolean(),
    ...limits,
    price,
    parameters,
  })
  .register(z.globalRegistry, { id: "Model" });

const longestContext = 10_000_000;
const highestPrice = 1_000_000;
const highestCost = 100_000;

/** More than nothing. */
function amount(maximum: number) {
  return z
    .number()
    .check(z.gt(0, "must be more than 0"), z.maximum(maximum), z.meta({ exclusiveMinimum: 0, maximum }));
}

const writtenPrice = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("flat"),
    tokens: z.int().check(z.minimum(1), z.maximum(highestPrice)),
  }),
  z
    .strictObject({
      kind: z.literal("metered"),
      inputPer1000: amount(highestPrice),
      outputPer1000: amount(highestPrice),
      cachedInputPer1000: z.optional(amount(highestPrice)),
    })
    .check(
      z.refine(({ inputPer1000, cachedInputPer1000 = 0 }) => cachedInputPer1000 <= inputPer1000, {
        message: "must not be above inputPer1000",
        path: ["cachedInputPer1000"],
      }),
    ),
]);

const cost = z
  .strictObject({
    input: amount(highestCost),
    output: amount(highestCost),
    cachedInput: z.optional(amount(highestCost)),
  })
  .check(z.meta({ description: "US dollars that the deployment pays for a million tokens" }));

/** What an admin writes of a model; everything that is left out is as it is by default. */
export const writeModel = z
  .strictObject({
    displayName: z.optional(z.nullable(text(100))),
    contextTokens: z.int().check(z.minimum(1_024), z.maximum(longestContext)),
    maxOutputTokens: z.int().check(z.minimum(1), z.maximum(longestContext)),
    price: writtenPrice,
    parameters: z.optional(
      z.array(parameter).check(
        z.refine((names) => new Set(names).size === names.length, "must not name one twice"),
        z.meta({ description: "Left out: what its provider's protocol takes" }),
      ),
    ),
    costPerMillion: z.optional(z.nullable(cost)),
    background: z._default(z.boolean(), false).check(
      z.meta({
        description:
          "Bought once, in the background: a worker that takes over reads the same answer. OpenAI's alone",
      }),
    ),
    isEnabled: z._default(z.boolean(), true),
    isDefault: z._default(z.boolean(), false),
    isFallback: z._default(z.boolean(), false),
    position: z._default(z.int().check(z.minimum(-10_000), z.maximum(10_000)), 0),
  })
  .check(
    z.refine(({ contextTokens, maxOutputTokens }) => maxOutputTokens < contextTokens, {
      message: "must be below contextTokens, which the prompt takes from as well",
      path: ["maxOutputTokens"],
    }),
    z.refine(({ isEnabled, isDefault }) => isEnabled || !isDefault, {
      message: "must be true of the default model",
      path: ["isEnabled"],
    }),
    z.refine(({ isEnabled, isFallback }) => isEnabled || !isFallback, {
      message: "must be true of the fallback model",
      path: ["isEnabled"],
    }),
  );

const learnt = z
  .object({
    refused: z.array(z.string()).check(
      z.meta({
        description:
          "`usage` (it does not count), `limit_name`, `system_role`, `cache_marks`, `background`, `tools`, or a setting " +
          "with its value; of `stop` a mark of it",
        example: ["usage", "temperature=0.7"],
      }),
    ),
    maxOutputTokens: z.nullable(z.int()),
    contextTokens: z.nullable(z.int()),
    updatedAt: timestamp,
  })
  .check(
    z.meta({ description: "What its server has taught by refusing, and is no longer asked; null: nothing" }),
  );

export const adminModel = z
  .object({
    id: modelId,
    provider: z.string(),
    name: z.string(),
    displayName: z.nullable(z.string()),
    source: z
      .enum(["settings", "admin"])
      .check(z.meta({ description: "Who says what it is: the deployment's settings, or an admin since" })),
    ...limits,
    price,
    parameters,
    costPerMillion: z.nullable(cost),
    background: z.boolean(),
    isEnabled: z.boolean(),
    isOffered: z
      .boolean()
      .check(z.meta({ description: "Enabled, and its provider is one of this deployment" })),
    isDefault: z.boolean(),
    isFallback: z.boolean(),
    position: z.int(),
    learnt: z.nullable(learnt),
    createdAt: z.nullable(timestamp).check(z.meta({ description: "null: by the settings" })),
    updatedAt: z.nullable(timestamp),
  })
  .register(z.globalRegistry, { id: "AdminModel" });

export const adminModels = z.object({
  data: z.array(adminModel),
  providersWithoutKey: z
    .array(z.string())
    .check(
      z.meta({ description: "Providers of the settings that lack their key: their models are not offered" }),
    ),
});

export type AdminModel = z.infer<typeof adminModel>;

export const discoverModels = z.strictObject({
  provider: z.string().check(z.regex(/^[a-z][a-z0-9-]{0,31}$/), z.meta({ example: "groq" })),
});

export const discoveredModel = z
  .object({
    id: modelId,
    name: z.string(),
    displayName: z.nullable(z.string()),
    contextTokens: z.nullable(z.int()).check(z.meta({ description: "null: its server does not say" })),
    isOffered: z.boolean(),
  })
  .register(z.globalRegistry, { id: "DiscoveredModel" });

export type DiscoveredModel = z.infer<typeof discoveredModel>;
