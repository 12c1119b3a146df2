import type * as z from "zod/mini";
import type { DescribedRoute } from "./described-routes.ts";
import { headerRefs, requestHeaders, responseHeaders } from "./headers.ts";
import { type JsonSchema, toJsonSchema } from "./json-schema.ts";
import { problemContent, problemRefs } from "./problems.ts";

type Components = Record<string, JsonSchema>;

export interface OperationExample {
  body?: unknown;
  responses: Readonly<Record<number, unknown>>;
}

const statusNames: Record<number, string> = {
  200: "OK",
  201: "Created",
  202: "Accepted: what was asked for goes on in the background, or when it is asked for again",
  204: "Done; no body",
  503: "Degraded",
};

function properties(schema: JsonSchema): [string, JsonSchema][] {
  return Object.entries((schema.properties ?? {}) as Record<string, JsonSchema>);
}

/** In OpenAPI's style `form` the members of an object are parameters, under their own names. */
function dottedMembers(name: string, schema: JsonSchema): JsonSchema {
  const { maxLength } = schema.propertyNames as { maxLength: number };
  return { ...schema, propertyNames: { type: "string", pattern: `^${name}\\..{1,${maxLength}}$` } };
}

function parametersIn(place: "path" | "query", schema: z.ZodMiniObject | undefined, components: Components) {
  if (schema === undefined) return [];
  const required = toJsonSchema(schema, "input", components).required as string[] | undefined;
  // What a parameter means after parsing (a whole number, a boolean) says more than that it is text.
  return properties(toJsonSchema(schema, "output", components)).map(([name, property]) => {
    const { description, ...rest } = property;
    return {
      name,
      in: place,
      required: required?.includes(name) === true,
      ...(description !== undefined && { description }),
      schema: property.type === "object" ? dottedMembers(name, rest) : rest,
    };
  });
}

function requestBody(route: DescribedRoute, example: OperationExample, components: Components) {
  if (route.body === undefined) return undefined;
  return {
    required: !route.body.safeParse({}).success,
    content: {
      "application/json": { schema: toJsonSchema(route.body, "input", components), example: example.body },
    },
  };
}

function content(route: DescribedRoute, status: number, example: OperationExample, components: Components) {
  const own = route.responses[status];
  if (own === undefined) return undefined;
  const schema = toJsonSchema(own, "output", components);
  const json = { schema, example: example.responses[status] };
  if (status === 200 && route.mediaType !== undefined) return { [route.mediaType]: json };
  const problem = problemContent(status);
  if (problem === undefined) return { "application/json": json };
  // The same status may be the wrapper's or the gateway's word as well as the route's own.
  const anyOf = [schema, ...(problem["application/json"] ? [problem["application/json"].schema] : [])];
  return { ...problem, "application/json": { ...json, schema: { anyOf } } };
}

function ownResponses(route: DescribedRoute, example: OperationExample, components: Components) {
  const entries = Object.keys(route.responses).map((key) => {
    const status = Number(key);
    const body = content(route, status, example, components);
    const answer = {
      description: statusNames[status] ?? "Success",
      headers: headerRefs(responseHeaders(route, status)),
      ...(body !== undefined && { content: body }),
    };
    return [key, answer] as const;
  });
  return Object.fromEntries(entries);
}

function responses(route: DescribedRoute, example: OperationExample, components: Components) {
  const isConditional = requestHeaders(route).includes("IfNoneMatch");
  return {
    ...problemRefs(route),
    ...ownResponses(route, example, components),
    ...(isConditional && {
      304: { description: "Not changed", headers: headerRefs(["X-Request-Id", "ETag"]) },
    }),
  };
}

/** One operation of the document; named schemas are added to `components`. */
export function toOperation(
  operationId: string,
  route: DescribedRoute,
  example: OperationExample,
  components: Components,
) {
  const body = requestBody(route, example, components);
  const headers = requestHeaders(route).map((name) => ({ $ref: `#/components/parameters/${name}` }));
  const parameters = [
    ...parametersIn("path", route.params, components),
    ...parametersIn("query", route.query, components),
    ...headers,
  ];
  return {
    operationId,
    tags: [route.tag],
    summary: route.summary,
    ...(route.description !== undefined && { description: route.description }),
    ...(parameters.length > 0 && { parameters }),
    ...(body !== undefined && { requestBody: body }),
    responses: responses(route, example, components),
    security: route.auth === "user" ? [{ bearer: [] }] : [],
  };
}
