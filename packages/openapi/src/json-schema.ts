import * as z from "zod/mini";

export type JsonSchema = Record<string, unknown>;

interface Context {
  zodSchema: z.core.$ZodTypes;
  jsonSchema: JsonSchema;
}

/** OpenAPI 3.1 wants `examples`, and what zod adds for JavaScript's sake tells a reader nothing. */
function tidy({ jsonSchema }: Context): void {
  if ("example" in jsonSchema) {
    jsonSchema.examples = [jsonSchema.example];
    delete jsonSchema.example;
  }
  if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
  if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
  if (jsonSchema.format === "date-time" || jsonSchema.format === "email") delete jsonSchema.pattern;
}

/** Answers may grow: a client must ignore fields it does not know. */
function tidyAnswer(context: Context): void {
  tidy(context);
  if (context.jsonSchema.additionalProperties === false) delete context.jsonSchema.additionalProperties;
}

function withComponentRefs(schema: object): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"#/$defs/', '"#/components/schemas/');
  return JSON.parse(text) as JsonSchema;
}

/**
 * A schema as it stands in the document; what has an `id` goes to `components` and is referred to.
 * @param io `input` for what a client sends, `output` for what it gets.
 */
export function toJsonSchema(
  schema: z.ZodMiniType,
  io: "input" | "output",
  components: Record<string, JsonSchema>,
): JsonSchema {
  // Inside of an object even the outermost schema becomes a reference.
  const whole = z.toJSONSchema(z.object({ schema }), {
    io,
    // What a query parameter is transformed into is written in its metadata.
    unrepresentable: "any",
    override: io === "input" ? tidy : tidyAnswer,
  });
  for (const [name, definition] of Object.entries(whole.$defs ?? {})) {
    components[name] = withComponentRefs(definition as object);
  }
  return withComponentRefs(whole.properties?.schema as object);
}
