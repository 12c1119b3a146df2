import fc from "fast-check";

/** What of JSON Schema the OpenAPI document uses. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly propertyNames?: JsonSchema;
  readonly maxProperties?: number;
  readonly items?: JsonSchema;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly pattern?: string;
  readonly format?: string;
  readonly examples?: readonly unknown[];
}

/** A long text says no more than one of this length. */
const longestText = 300;

/** Any Unicode text but NUL, which Postgres has no room for, and that is not blank. */
export function anyText(minLength = 1, maxLength = longestText): fc.Arbitrary<string> {
  return fc
    .string({ unit: "binary", minLength, maxLength: Math.min(maxLength, longestText) })
    .map((text) => text.replaceAll("\0", "0"))
    .filter((text) => minLength === 0 || text.trim() !== "");
}

function textOf(schema: JsonSchema): fc.Arbitrary<string> {
  const { format, pattern, minLength = 0, maxLength = longestText } = schema;
  const examples = (schema.examples ?? []).filter((example) => typeof example === "string");
  const known = examples.length > 0 ? [fc.constantFrom(...examples)] : [];
  if (format === "email") return fc.oneof(fc.emailAddress(), ...known);
  if (format === "date-time") return fc.date({ noInvalidDate: true }).map((date) => date.toISOString());
  if (format === "uri") return fc.webUrl();
  // Of patterns with flags or assertions that cannot be generated from, the examples stand.
  if (pattern !== undefined) return fc.oneof(fc.stringMatching(new RegExp(pattern)), ...known);
  return fc.oneof(anyText(minLength, maxLength), ...known);
}

function objectOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties, propertyNames } = schema;
  if (typeof additionalProperties === "object") {
    const keys = arbitraryOf(propertyNames ?? { type: "string", minLength: 1, maxLength: 20 });
    return fc
      .array(fc.tuple(keys, arbitraryOf(additionalProperties)), { maxLength: 4 })
      .map((entries) => Object.fromEntries(entries));
  }
  const model = Object.fromEntries(Object.entries(properties).map(([name, of]) => [name, arbitraryOf(of)]));
  return fc.record(model, { requiredKeys: [...required] });
}

/** Values that the schema allows. */
export function arbitraryOf(schema: JsonSchema): fc.Arbitrary<unknown> {
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return fc.oneof(...choices.map(arbitraryOf));
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined) return fc.constantFrom(...schema.enum);
  const { minimum = -1_000, maximum = 1_000_000 } = schema;
  switch (schema.type) {
    case "object":
      return objectOf(schema);
    case "array":
      return fc.array(arbitraryOf(schema.items ?? {}), {
        minLength: schema.minItems ?? 0,
        maxLength: Math.min(schema.maxItems ?? 4, 4),
      });
    case "integer":
      return fc.integer({ min: minimum, max: Math.min(maximum, 2 ** 31 - 1) });
    case "number":
      return fc.double({ min: minimum, max: maximum, noNaN: true });
    case "boolean":
      return fc.boolean();
    case "null":
      return fc.constant(null);
    default:
      return textOf(schema);
  }
}
