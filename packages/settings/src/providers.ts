import * as z from "zod/mini";
import { httpUrl, region } from "./setting.ts";

const tokens = (minimum: number) => z.int().check(z.minimum(minimum), z.maximum(100_000_000));
const price = z.number().check(z.nonnegative(), z.maximum(1_000_000_000));

/** The parameters that a model may take. */
export const modelParameters = ["temperature", "topP", "maxOutputTokens", "reasoningEffort", "stop"] as const;

const listedModel = () =>
  z.strictObject({
    name: z.string().check(z.regex(/^[!-~]{1,128}$/, "must be the provider's name of a model")),
    contextTokens: z.optional(tokens(1_024)),
    maxOutputTokens: z.optional(tokens(256)),
    price: z.optional(
      z.union([
        z.strictObject({ priceFlat: z.int().check(z.nonnegative(), z.maximum(1_000_000_000)) }),
        z.strictObject({ priceInput: price, priceOutput: price, priceCachedInput: z.optional(price) }).check(
          z.refine(({ priceInput, priceCachedInput = 0 }) => priceCachedInput <= priceInput, {
            message: "must not be above priceInput",
            path: ["priceCachedInput"],
          }),
        ),
      ]),
    ),
    displayName: z.optional(z.string().check(z.minLength(1), z.maxLength(100))),
    parameters: z.optional(z.array(z.enum(modelParameters))),
    costPerMillion: z.optional(
      z.strictObject({ input: price, output: price, cachedInput: z.optional(price) }),
    ),
  });

/** Taken by the simple settings, and by the offline models. */
const reserved = ["openai", "anthropic", "scripted"];

const providerItem = () =>
  z
    .strictObject({
      name: z.string().check(
        z.regex(/^[a-z][a-z0-9-]{0,31}$/, "must be lower-case letters, digits and hyphens"),
        z.refine(
          (name) => !reserved.includes(name),
          "is taken: openai, anthropic and scripted have settings of their own",
        ),
      ),
      kind: z.enum(["openai", "anthropic", "bedrock"], "must be openai, anthropic or bedrock"),
      baseUrl: z.optional(httpUrl()),
      apiVersion: z.optional(z.string().check(z.regex(/^[\w.-]{1,40}$/))),
      region: z.optional(region()),
      models: z._default(z.array(listedModel()), []),
    })
    .check(
      z.refine(
        ({ kind, models }) => kind !== "bedrock" || models.length > 0,
        "must list the models of Bedrock that it may use",
      ),
    );

/** More providers of models, as `PROVIDERS` and a stage's `models.providers` list them. */
export const providerList = () =>
  z
    .array(providerItem(), "must be a JSON list")
    .check(
      z.refine(
        (providers) => new Set(providers.map(({ name }) => name)).size === providers.length,
        "must not name two providers alike",
      ),
    );

const keysError = "must be a JSON object of texts";

/** Their keys by name. */
export const providerKeys = () => z.record(z.string(), z.string(keysError), keysError);

/** The variable that holds the key of a provider, such as GROQ_API_KEY. */
export function keyVariable(name: string): string {
  return `${name.toUpperCase().replaceAll("-", "_")}_API_KEY`;
}
