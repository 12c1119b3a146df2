import { NormalizedSchema } from "@smithy/core/schema";

/** A shape of the SDK's own model, such as its `CreateApiRequest$`. */
export type Shape = Parameters<typeof NormalizedSchema.of>[0];

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** What CloudFormation computes, which may be anything. */
function isComputed(value: unknown): boolean {
  if (!isRecord(value)) return false;
  const [name = "", other] = Object.keys(value);
  return other === undefined && (name === "Ref" || name.startsWith("Fn::"));
}

function isOfKind(value: unknown, schema: NormalizedSchema): boolean {
  if (schema.isNumericSchema()) return value !== "" && Number.isFinite(Number(value));
  if (schema.isBooleanSchema()) return /^(?:true|false)$/.test(String(value));
  // A document of a policy or the like; templates have it as JSON.
  return typeof value === "string" || (schema.isDocumentSchema() && isRecord(value));
}

function structureFaults(value: Record<string, unknown>, schema: NormalizedSchema, path: string): string[] {
  const members = schema.getMemberSchemas();
  // CloudWatch Logs begins its names with small letters.
  const named = new Map(Object.entries(members).map(([name, member]) => [name.toLowerCase(), member]));
  return Object.entries(value).flatMap(([name, inner]) => {
    const member = named.get(name.toLowerCase());
    return member === undefined ? [`${path}${name} is unknown`] : faultsOf(inner, member, `${path}${name}`);
  });
}

function faultsOf(value: unknown, schema: NormalizedSchema, path: string): string[] {
  if (isComputed(value)) return [];
  if (schema.isListSchema()) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((inner, index) => faultsOf(inner, schema.getValueSchema(), `${path}[${index}]`));
  }
  if (schema.isMapSchema() || schema.isStructSchema()) {
    if (!isRecord(value)) return [`${path} is no object`];
    if (schema.isStructSchema()) return structureFaults(value, schema, path === "" ? "" : `${path}.`);
    return Object.entries(value).flatMap(([name, inner]) =>
      faultsOf(inner, schema.getValueSchema(), `${path}.${name}`),
    );
  }
  return isOfKind(value, schema) ? [] : [`${path} is of another kind`];
}

/** The names without which the SDK's model has no such call; its schemas have them first. */
function requiredNames(shape: Shape): string[] {
  const [, , , , names = [], , count = 0] = shape as unknown as [0, 0, 0, 0, string[]?, unknown?, number?];
  return names.slice(0, count);
}

/** What of these properties the call would refuse, each with the place where it stands. */
export function shapeFaults(properties: Readonly<Record<string, unknown>>, shape: Shape): string[] {
  const given = new Set(Object.keys(properties).map((name) => name.toLowerCase()));
  const missing = requiredNames(shape).filter((name) => !given.has(name.toLowerCase()));
  return [
    ...missing.map((name) => `${name} is missing`),
    ...structureFaults({ ...properties }, NormalizedSchema.of(shape), ""),
  ];
}
