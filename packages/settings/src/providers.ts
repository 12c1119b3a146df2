import * as z from "zod/mini";
import { httpUrl, region } from "./setting.ts";

function number(kind: "a number" | "a whole number", minimum: number, maximum: number) {
  const error = `must be ${kind} from ${minimum} to ${maximum}`;
  const base = kind === "a number" ? z.number(error) : z.int(error);
  return base.check(z.minimum(minimum, error), z.maximum(maximum, error));
}

const tokens = (minimum: number) => number("a whole number", minimum, 100_000_000);
const highestPrice = 1_000_000_000;
const price = number("a number", 0, highestPrice);
const choice = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.optional(z.enum(values, `must be ${values.join(" or ")}`));
const flag = () => z.optional(z.boolean("must be true or false"));

/** The parameters that a model may take. */
export const modelParameters = ["temperature", "topP", "maxOutputTokens", "reasoningEffort", "stop"] as const;

const listedModel = () =>
  z.strictObject({
    name: z.string().check(z.regex(/^[!-~]{1,128}$/, "must be the provider's name of a model")),
    contextTokens: z.optional(tokens(1_024)),
    maxOutputTokens: z.optional(tokens(256)),
    price: z.optional(
      z.union([
        z.strictObject({ priceFlat: number("a whole number", 0, highestPrice) }),
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
    background: flag(),
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
      maxTokensName: choice(["max_tokens", "max_completion_tokens"]),
      sendsUsage: flag(),
      systemRole: flag(),
      supportsTools: flag(),
      keyHeader: choice(["authorization", "api-key"]),
      modelInPath: flag(),
      runsInBackground: flag(),
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
