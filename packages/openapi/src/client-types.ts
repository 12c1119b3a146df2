import { problemSchema } from "@parley/contract/problem";
import { allRoutes } from "@parley/contract/routes/all";
import { pushEvent } from "@parley/contract/schemas/push";
import type * as z from "zod/mini";
import { type DescribedRoute, describedRoute } from "./described-routes.ts";
import { type JsonSchema, toJsonSchema } from "./json-schema.ts";
import { braced, docComment, fieldsOf, typeOf } from "./typescript.ts";

type Components = Record<string, JsonSchema>;

/** The operations of the client: resource, name, and the route by its method and path. */
export type ClientOperations = Readonly<Record<string, Readonly<Record<string, string>>>>;

const nameByKey = new Map(
  Object.entries(allRoutes).map(([name, { method, path }]) => [
    `${method} ${path}`,
    name as keyof typeof allRoutes,
  ]),
);

/** A query parameter is what it means after parsing, but needed only where the text of it is. */
function queryOf(query: z.ZodMiniObject, components: Components): JsonSchema {
  const { required } = toJsonSchema(query, "input", components);
  return { ...toJsonSchema(query, "output", components), required, additionalProperties: undefined };
}

function inputSchema({ params, query, body }: DescribedRoute, components: Components): JsonSchema {
  const schemas = [
    ...(params ? [toJsonSchema(params, "input", components)] : []),
    ...(query ? [queryOf(query, components)] : []),
    ...(body ? [toJsonSchema(body, "input", components)] : []),
  ];
  return {
    type: "object",
    properties: Object.assign({}, ...schemas.map(({ properties }) => properties)) as JsonSchema,
    required: schemas.flatMap(({ required }) => (required ?? []) as string[]),
  };
}

function isPage({ properties = {} }: JsonSchema): boolean {
  return "data" in (properties as object) && "nextCursor" in (properties as object);
}

function answerOf({ responses }: DescribedRoute, components: Components): string {
  const schemas = Object.values(responses).map(
    (schema) => schema && toJsonSchema(schema, "output", components),
  );
  const types = new Set(schemas.map((schema) => (schema ? typeOf(schema) : "undefined")));
  const isList = schemas.every((schema) => schema !== undefined && isPage(schema));
  return `${isList ? "Pages" : "Promise"}<${[...types].join(" | ")}>`;
}

function operationOf(name: string, key: string, components: Components): string {
  const operationId = nameByKey.get(key);
  if (operationId === undefined) throw new Error(`The contract has no route ${key}.`);
  const route = describedRoute(operationId);
  const input = inputSchema(route, components);
  const isNeeded = (input.required as string[]).length > 0;
  const parameters = `input${isNeeded ? "" : "?"}: ${braced(fieldsOf(input))}, options?: CallOptions`;
  return `${docComment(route.summary)}readonly ${name}: (${parameters}) => ${answerOf(route, components)};`;
}

/**
 * The declarations that the client takes from the contract, written out: nothing of them needs zod.
 * @param operations of the client
 */
export function clientTypes(operations: ClientOperations): string {
  const components: Components = {};
  const resources = Object.entries(operations).map(
    ([resource, keys]) =>
      `readonly ${resource}: ${braced(Object.entries(keys).map(([name, key]) => operationOf(name, key, components)))};`,
  );
  const event = typeOf(toJsonSchema(pushEvent, "output", components));
  const problem = typeOf(toJsonSchema(problemSchema, "output", components));
  const named = Object.entries(components)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, schema]) => `${docComment(schema.description)}export interface ${name} ${typeOf(schema)}`);
  return [
    'import type { CallOptions, Pages } from "./call.js";',
    ...named,
    `/** Every operation by its resource. */\nexport interface Operations ${braced(resources)}`,
    `/** What the push says. */\nexport type PushEvent = ${event};`,
    `export type ProblemDocument = ${problem};\n`,
  ].join("\n\n");
}
