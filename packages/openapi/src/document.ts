import { problemSchema } from "@parley/contract/problem";
import type { allRoutes } from "@parley/contract/routes/all";
import { describedRoute } from "./described-routes.ts";
import { examples } from "./examples.ts";
import { headerParameters, headers } from "./headers.ts";
import { type JsonSchema, toJsonSchema } from "./json-schema.ts";
import { toOperation } from "./operation.ts";
import { gatewayMessage, problemResponses } from "./problems.ts";

const description = `A chat backend: conversations, messages, and replies that a model writes in the background.

- Bodies are JSON in UTF-8, 256 KiB at most. Unknown fields and query parameters are refused (400).
- Errors are RFC 9457 problem documents; \`instance\` is the request id. Only what API Gateway itself refuses has its
  fixed body \`{ "message": "…" }\`: a missing or bad token (401), the stage's request rate (429), a body over
  10 MB (413), a function that failed (500, 503).
- HEAD works wherever GET does. A method that a path does not take is 405 with \`Allow\`; a path with a slash too many is
  redirected (308).
- What belongs to somebody else is 404, exactly like what does not exist.
- Lists: \`limit\`, \`cursor\`, \`order\`, \`includeTotal\`; the next page is \`nextCursor\` and the \`Link\` header.
- Answers may get new fields; ignore those you do not know.`;

const tags = [
  { name: "Accounts", description: "Sign-up, sign-in, passwords, profile" },
  { name: "API keys", description: "Credentials for scripts; they go where an access token does" },
  { name: "Conversations", description: "Threads that one user owns" },
  { name: "Messages", description: "Turns of a conversation; sending one asks for a reply" },
  { name: "Replies", description: "Attempts to answer a user message: poll, cancel, list" },
  { name: "System prompts", description: "Saved prompts; conversations copy their text" },
  { name: "Notes", description: "What models can refer to, pinned or found by themselves" },
  { name: "Models", description: "What this deployment can answer with" },
  { name: "Admin", description: "For the group `admin`: users, tokens, failures; never what users wrote" },
  { name: "Operations", description: "Is it up, how is it doing, what can it do" },
];

function paths(schemas: Record<string, JsonSchema>): Record<string, Record<string, unknown>> {
  const found: Record<string, Record<string, unknown>> = {};
  for (const [operationId, example] of Object.entries(examples)) {
    const route = describedRoute(operationId as keyof typeof allRoutes);
    found[route.path] = {
      ...found[route.path],
      [route.method.toLowerCase()]: toOperation(operationId, route, example, schemas),
    };
  }
  return found;
}

function sortedByName<T>(record: Record<string, T>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).sort(([left], [right]) => (left < right ? -1 : 1)));
}

/**
 * The OpenAPI 3.1 document of every route; the same input gives the same document.
 * @param version of the API, as in package.json.
 */
export function createOpenApi(version: string) {
  const schemas: Record<string, JsonSchema> = { GatewayMessage: gatewayMessage };
  toJsonSchema(problemSchema, "output", schemas);
  const allPaths = paths(schemas);
  return {
    openapi: "3.1.0",
    info: { title: "Parley", version, description, license: { name: "MIT", identifier: "MIT" } },
    servers: [
      {
        url: "{origin}",
        description: "The local stack, or a deployment",
        variables: { origin: { default: "http://localhost:3000" } },
      },
    ],
    tags,
    paths: allPaths,
    components: {
      securitySchemes: {
        bearer: {
          type: "http",
          scheme: "bearer",
          bearerFormat: "JWT",
          description:
            "The `accessToken` of POST /v1/auth/login, or an API key; the one way there is, `X-API-Key` is not read",
        },
      },
      parameters: headerParameters,
      headers,
      responses: problemResponses(),
      schemas: sortedByName(schemas),
    },
  };
}
