import * as z from "zod/mini";

/** What is said of every setting. */
export interface About<Value> {
  /** One line for people, as `.env.example` shows it. */
  readonly text: string;
  /** Without one a setting that nobody sets is undefined. */
  readonly default?: Value;
  /** Nothing starts without it. */
  readonly isRequired?: true;
  readonly example?: string;
}

/** A setting: its text is read by `fromText`, and what comes of it is checked by `schema`. */
export interface Setting<Value = unknown> extends About<Value> {
  /** Made where the variable is set: a function starts without those of the others. */
  readonly schema: () => z.ZodMiniType<Value>;
  fromText(text: string): unknown;
  /** Of a number or a choice. */
  readonly bounds?: string;
}

type With<O, Value> = O & Setting<Value>;

/** What stands in the variable, as it is. */
export function text<O extends About<string>>(options: O): With<O, string> {
  return { ...options, schema: () => z.string().check(z.minLength(1, "must not be empty")), fromText: asIs };
}

/** A model's id, as the contract names it. */
export function modelId<O extends About<string>>(options: O): With<O, string> {
  const error = "must be a provider and a model, such as scripted/demo";
  return { ...options, schema: () => z.string().check(z.regex(/^[^/]+\/./, error)), fromText: asIs };
}

/** One of some words. */
export function choice<const Word extends string, O extends About<Word>>(
  options: O & { readonly words: readonly Word[] },
): With<O, Word> {
  const bounds = options.words.join(", ").replace(/, (?=[^,]*$)/, " or ");
  return { ...options, bounds, schema: () => z.enum(options.words, `must be ${bounds}`), fromText: asIs };
}

export const httpUrl = () => z.url({ protocol: /^https?$/, error: "must be an http or https URL" });

/** A region of AWS. */
export const region = () =>
  z.string().check(z.regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as us-east-1"));

export function url<O extends About<string>>(options: O): With<O, string> {
  return { ...options, schema: httpUrl, fromText: asIs };
}

export function websocketUrl<O extends About<string>>(options: O): With<O, string> {
  const schema = () => z.url({ protocol: /^wss?$/, error: "must be a ws or wss URL" });
  return { ...options, schema, fromText: asIs };
}

export function postgresUrl<O extends About<string>>(options: O): With<O, string> {
  const schema = () => z.url({ protocol: /^postgres(ql)?$/, error: "must be a postgres:// URL" });
  return { ...options, schema, fromText: asIs };
}

interface Range extends About<number> {
  readonly minimum: number;
  /** Without one every number that JavaScript counts exactly. */
  readonly maximum?: number;
}

/** A number, with or without a fraction. */
export function number<O extends Range>(options: O): With<O, number> {
  return { ...options, bounds: boundsOf(options), schema: () => between(options), fromText: Number };
}

export function wholeNumber<O extends Range>(options: O): With<O, number> {
  return {
    ...options,
    bounds: boundsOf(options),
    schema: () => between(options, isWhole()),
    fromText: Number,
  };
}

/** What stands between commas, without the spaces around it. */
export function list<Item>(options: {
  readonly text: string;
  readonly item: () => z.ZodMiniType<Item, string>;
  readonly example?: string;
}): Setting<Item[]> & { readonly default: Item[] } {
  return { ...options, default: [], schema: () => z.array(options.item()), fromText: splitAtCommas };
}

/** What a JSON text says. */
export function json<Value, O extends About<Value>>(
  options: O & { readonly value: () => z.ZodMiniType<Value> },
): With<O, Value> {
  return { ...options, schema: options.value, fromText: parseJson };
}

/** Whether a text is the origin of web pages, as browsers send it: `https://chat.example.com`, without a slash. */
export function isOrigin(text: string): boolean {
  return /^https?:/.test(text) && URL.parse(text)?.origin === text;
}

/** Pairs such as `key=value`, separated by commas; `value` says what a value may be. */
export function pairs<O extends About<string>>(options: O & { readonly value: RegExp }): With<O, string> {
  const pattern = new RegExp(`^(?:(?:^|,)\\s*[^\\s=,]+=${options.value.source})+$`);
  const schema = () =>
    z.string().check(z.regex(pattern, "must be pairs such as key=value, separated by commas"));
  return { ...options, schema, fromText: asIs };
}

/** The public keys of a user pool, as JSON. */
export function keySet<O extends About<unknown>>(options: O) {
  const schema = () => z.custom<z.output<ReturnType<typeof keys>>>(isKeySet, "must be a JSON Web Key Set");
  return { ...options, schema, fromText: parseJson };
}

const keys = () => {
  const key = z.object({
    kid: z.string(),
    kty: z.literal("RSA"),
    alg: z.literal("RS256"),
    use: z.literal("sig"),
    n: z.string(),
    e: z.string(),
  });
  return z.object({ keys: z.array(key).check(z.minLength(1)) });
};

const isKeySet = (value: unknown) => keys().safeParse(value).success;

const asIs = (text: string) => text;

const splitAtCommas = (text: string) =>
  text
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isWhole = () => z.refine(Number.isInteger, "must be a whole number");

function between(
  { minimum, maximum = Number.MAX_SAFE_INTEGER }: Range,
  ...first: ReturnType<typeof isWhole>[]
) {
  return z
    .number("must be a number")
    .check(
      ...first,
      z.minimum(minimum, `must be at least ${minimum}`),
      z.maximum(maximum, `must be at most ${maximum}`),
    );
}

function boundsOf({ minimum, maximum }: Range): string {
  return maximum === undefined ? `at least ${minimum}` : `${minimum} to ${maximum}`;
}
