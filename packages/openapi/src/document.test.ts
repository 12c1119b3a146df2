import { readFileSync } from "node:fs";
import { problemTypes } from "@parley/contract/problem";
import type { Route } from "@parley/contract/route";
import { allRoutes } from "@parley/contract/routes/all";
import { describe, expect, it } from "vitest";
import { describedRoute } from "./described-routes.ts";
import { createOpenApi } from "./document.ts";
import { examples } from "./examples.ts";
import type { OperationExample } from "./operation.ts";

interface Operation {
  operationId: string;
  parameters?: { name?: string; in?: string; required?: boolean; $ref?: string }[];
  requestBody?: { required: boolean };
  responses: Record<string, { $ref?: string; headers?: object; content?: Record<string, unknown> }>;
  security: unknown[];
}

const api = createOpenApi("1.2.3");
const names = Object.keys(allRoutes) as (keyof typeof allRoutes)[];

function operationOf(route: Route): Operation {
  return api.paths[route.path]?.[route.method.toLowerCase()] as Operation;
}

function refsIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, member]) =>
    key === "$ref" ? [String(member)] : refsIn(member),
  );
}

function resolve(ref: string): unknown {
  return ref
    .slice(2)
    .split("/")
    .reduce<unknown>((at, name) => (at as Record<string, unknown> | undefined)?.[name], api);
}

describe("the document", () => {
  it("is the same every time", () => {
    expect(JSON.stringify(createOpenApi("1.2.3"))).toBe(JSON.stringify(api));
  });

  it("refers to nothing that is not there, and leaves no trace of its making", () => {
    const refs = refsIn(api);
    expect(refs.length).toBeGreaterThan(100);
    expect(refs.filter((ref) => resolve(ref) === undefined)).toEqual([]);
    expect(JSON.stringify(api)).not.toMatch(/\$schema|\$defs|9007199254740991/);
  });

  it("names the schemas that have an id", () => {
    const names = ["Conversation", "Health", "Me", "Message", "Model", "Problem", "Reply", "Tokens"];
    expect(Object.keys(api.components.schemas)).toEqual(expect.arrayContaining(names));
  });

  it("describes every tag that a route has", () => {
    const described = api.tags.map((tag) => tag.name);
    expect(described).toEqual(expect.arrayContaining(names.map((name) => allRoutes[name].tag)));
  });
});

describe.each(names)("%s", (name) => {
  const route = describedRoute(name);
  const operation = operationOf(route);
  const statuses = Object.keys(operation.responses).map(Number);

  it("has an operation with its answers and the problems it can have", () => {
    expect(operation.operationId).toBe(name);
    const expected = [
      ...Object.keys(route.responses).map(Number),
      ...(route.problems ?? []).map((type) => problemTypes[type].status),
      ...(route.auth === "user" ? [401, 403] : []),
      ...(route.body ? [413, 415] : []),
      ...(route.idempotent ? [422] : []),
      ...[400, 429, 500, 503],
    ];
    expect(statuses).toEqual(expect.arrayContaining(expected));
    expect(operation.security).toHaveLength(route.auth === "user" ? 1 : 0);
  });

  it("declares each path parameter, required", () => {
    const inPath = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
    const declared = (operation.parameters ?? []).filter((parameter) => parameter.in === "path");
    expect(declared.map((parameter) => parameter.name)).toEqual(inPath);
    expect(declared.every((parameter) => parameter.required)).toBe(true);
  });

  it("has examples that its schemas accept", () => {
    const example: OperationExample = examples[name];
    if (route.body) route.body.parse(example.body);
    for (const [status, schema] of Object.entries(route.responses)) {
      if (schema) schema.parse(example.responses[Number(status)]);
    }
  });
});

describe("headers", () => {
  const refsOf = (route: Route) => (operationOf(route).parameters ?? []).map((parameter) => parameter.$ref);

  it("are those of the route's kind", () => {
    expect(refsOf(allRoutes.sendMessage)).toContain("#/components/parameters/IdempotencyKey");
    expect(refsOf(allRoutes.updateMe)).toContain("#/components/parameters/IfMatch");
    expect(refsOf(allRoutes.getReply)).toContain("#/components/parameters/IfNoneMatch");
    expect(refsOf(allRoutes.listMessages).filter(Boolean)).toEqual([]);
    expect(operationOf(allRoutes.getReply).responses).toHaveProperty("304.headers.ETag");
    expect(operationOf(allRoutes.listMessages).responses).toHaveProperty("200.headers.Link");
    expect(operationOf(allRoutes.sendMessage).responses).toHaveProperty("202.headers.Location");
  });

  it("do not hide the problem behind an answer of the same status", () => {
    const content = operationOf(allRoutes.getHealth).responses["503"]?.content ?? {};
    expect(Object.keys(content).sort()).toEqual(["application/json", "application/problem+json"]);
  });
});

it("asks for a body only where an empty object would not do", () => {
  expect(operationOf(allRoutes.askAgain).requestBody?.required).toBe(false);
  expect(operationOf(allRoutes.sendMessage).requestBody?.required).toBe(true);
});

it("has a line for every problem in the guide", () => {
  const guide = readFileSync(new URL("../../../docs/guide/errors.md", import.meta.url), "utf8");
  for (const [type, { status }] of Object.entries(problemTypes)) {
    expect(guide).toContain(`| \`${type}\` | ${status} |`);
  }
});
