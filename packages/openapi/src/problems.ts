import { type ProblemType, problemTypes } from "@parley/contract/problem";
import type { Route } from "@parley/contract/route";
import { headerRefs } from "./headers.ts";

const allTypes = Object.keys(problemTypes) as ProblemType[];

/** Component name of a problem's response: `NotFound`. */
function componentName(type: ProblemType): string {
  return type.replaceAll(/(?:^|-)(\w)/g, (_, letter: string) => letter.toUpperCase());
}

/** What API Gateway refuses by itself has its own fixed body. */
const gatewayMessages: Partial<Record<ProblemType, string>> = {
  unauthenticated: "Unauthorized",
  "too-large": "Request Entity Too Large",
  "rate-limited": "Too Many Requests",
  internal: "Internal Server Error",
  unavailable: "Service Unavailable",
};

const extraHeaders = {
  unauthenticated: ["WWW-Authenticate"],
  "method-not-allowed": ["Allow"],
  "precondition-failed": ["ETag"],
  "rate-limited": ["Retry-After", "RateLimit", "RateLimit-Policy"],
  unavailable: ["Retry-After"],
} as const satisfies Partial<Record<ProblemType, unknown>>;

function headersOf(type: ProblemType) {
  return headerRefs(["X-Request-Id", ...(type in extraHeaders ? extraHeaders[type as "unavailable"] : [])]);
}

interface Media {
  schema: { $ref: string };
  example: unknown;
}

function contentOf(type: ProblemType): Record<string, Media> {
  const { title, status } = problemTypes[type];
  const example = {
    type: `/problems/${type}`,
    title,
    status,
    instance: "JKJaXmPLvHcESHA=",
    ...(type === "validation" && { errors: [{ path: "body.content", message: "is required" }] }),
  };
  const message = gatewayMessages[type];
  return {
    "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" }, example },
    ...(message !== undefined && {
      "application/json": { schema: { $ref: "#/components/schemas/GatewayMessage" }, example: { message } },
    }),
  };
}

/** Bodies of the problem with that status, by media type; undefined when none has it. */
export function problemContent(status: number): Record<string, Media> | undefined {
  const type = allTypes.find((each) => problemTypes[each].status === status);
  return type && contentOf(type);
}

/** The body of what never reaches the API's own code. */
export const gatewayMessage = {
  type: "object",
  description:
    "What API Gateway itself refuses: no `Authorization: Bearer` with a valid access token or API key (401; `X-API-Key` and other ways are not read), the stage's request rate (429), a body over 10 MB (413), a function that failed or took over 30 s (500, 503).",
  properties: { message: { type: "string" } },
  required: ["message"],
};

/** A route that stores has one response for both of its 403. */
function descriptionOf(type: ProblemType): string {
  const { title } = problemTypes[type];
  return type === "quota-exceeded" ? `${problemTypes.forbidden.title}, or: ${title}` : title;
}

/** One response per problem type, by its component's name. */
export function problemResponses(): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    allTypes.map((type) => [
      componentName(type),
      { description: descriptionOf(type), headers: headersOf(type), content: contentOf(type) },
    ]),
  );
}

/** Every problem a route can answer with. */
function problemsOf(route: Route): ProblemType[] {
  const found = new Set<ProblemType>(["validation", "rate-limited", "internal", "unavailable"]);
  // A disabled account is 403 on every route that has a caller.
  if (route.auth === "user") found.add("unauthenticated").add("forbidden");
  if (route.body !== undefined) found.add("too-large").add("unsupported-media-type");
  if (route.idempotent === true) found.add("idempotency-mismatch");
  for (const type of route.problems ?? []) found.add(type);
  return [...found];
}

/** References to the problem responses of a route, by status. */
export function problemRefs(route: Route): Record<string, { $ref: string }> {
  return Object.fromEntries(
    problemsOf(route).map((type) => [
      String(problemTypes[type].status),
      { $ref: `#/components/responses/${componentName(type)}` },
    ]),
  );
}
