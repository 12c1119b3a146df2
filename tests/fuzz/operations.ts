import type { allRoutes } from "@parley/contract/routes/all";
import { type DescribedRoute, describedRoute } from "@parley/openapi/described-routes";
import { createOpenApi } from "@parley/openapi/document";
import type { JsonSchema } from "./arbitrary-of-schema.ts";

interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly schema: JsonSchema;
}

interface Described {
  readonly operationId: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema: JsonSchema }>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** One operation as the OpenAPI document describes it. */
export interface FuzzedOperation {
  readonly name: string;
  readonly route: DescribedRoute;
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | undefined;
  readonly statuses: readonly number[];
}

type Document = {
  paths: Record<string, Record<string, Described>>;
  components: Record<string, Record<string, unknown>>;
};

// The document is made for people and generators; its type does not name what is read here.
const document = createOpenApi("0.0.0") as unknown as Document;

/** What a `$ref` into the components stands for, all the way down. */
function resolved(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== "object" || value === null) return value;
  const { $ref } = value as { $ref?: string };
  if ($ref !== undefined) {
    const [, , kind = "", name = ""] = $ref.split("/");
    return resolved(document.components[kind]?.[name]);
  }
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, resolved(member)]));
}

/** Every operation of the document. */
export const operations: readonly FuzzedOperation[] = Object.values(document.paths).flatMap((methods) =>
  Object.values(methods).flatMap((described) => {
    const name = described.operationId as keyof typeof allRoutes;
    const { parameters, requestBody, responses } = resolved(described) as Described;
    return {
      name,
      route: describedRoute(name),
      parameters: parameters ?? [],
      body: requestBody?.content["application/json"]?.schema,
      statuses: Object.keys(responses).map(Number),
    };
  }),
);
