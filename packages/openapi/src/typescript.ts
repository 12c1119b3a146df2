import type { JsonSchema } from "./json-schema.ts";

function indented(text: string): string {
  return text.replaceAll("\n", "\n  ");
}

/** A comment above a declaration; nothing where there is nothing to say. */
export function docComment(text: unknown): string {
  return typeof text === "string" ? `/** ${text.replaceAll("*/", "*\u200b/")} */\n` : "";
}

function propertyOf(name: string, schema: JsonSchema, isRequired: boolean): string {
  const optional = isRequired ? "" : " | undefined";
  return `${docComment(schema.description)}${name}${isRequired ? "" : "?"}: ${typeOf(schema)}${optional};`;
}

/** The fields of an object as TypeScript writes them, a line each. */
export function fieldsOf({ properties, required, additionalProperties }: JsonSchema): string[] {
  const needed = (required ?? []) as readonly string[];
  const named = Object.entries((properties ?? {}) as Record<string, JsonSchema>).map(([name, schema]) =>
    propertyOf(name, schema, needed.includes(name)),
  );
  const isOpen = typeof additionalProperties === "object" && additionalProperties !== null;
  return isOpen ? [...named, `[key: string]: ${typeOf(additionalProperties as JsonSchema)};`] : named;
}

export function braced(lines: readonly string[]): string {
  return lines.length === 0 ? "{}" : `{${lines.map((line) => `\n  ${indented(line)}`).join("")}\n}`;
}

const primitives: Readonly<Record<string, string>> = {
  string: "string",
  integer: "number",
  number: "number",
  boolean: "boolean",
  null: "null",
};

function unionOf(schemas: readonly JsonSchema[]): string {
  return [...new Set(schemas.map(typeOf))].join(" | ");
}

/** The TypeScript type of what a schema of the contract takes; a schema with a name is called by it. */
export function typeOf(schema: JsonSchema): string {
  if (typeof schema.$ref === "string") return schema.$ref.slice(schema.$ref.lastIndexOf("/") + 1);
  if ("const" in schema) return JSON.stringify(schema.const);
  if (Array.isArray(schema.enum)) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  const union = schema.anyOf ?? schema.oneOf;
  if (Array.isArray(union)) return unionOf(union as JsonSchema[]);
  if (Array.isArray(schema.type)) return unionOf(schema.type.map((type: string) => ({ ...schema, type })));
  if (schema.type === "array") return `Array<${typeOf((schema.items ?? {}) as JsonSchema)}>`;
  if (schema.type === "object") return braced(fieldsOf(schema));
  const primitive = primitives[String(schema.type)];
  if (primitive === undefined && Object.keys(schema).some((key) => key !== "description")) {
    throw new Error(`No TypeScript type is known for ${JSON.stringify(schema)}.`);
  }
  return primitive ?? "unknown";
}
