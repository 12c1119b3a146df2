import type * as z from "zod/mini";
import type { ProblemType } from "./problem.ts";

export type Method = "GET" | "POST" | "PATCH" | "PUT" | "DELETE";

/** One line of the API: validation, OpenAPI, the gateway's routes, CDK's routes and the client all read it. */
export interface Route {
  readonly method: Method;
  /** As API Gateway writes it: `/v1/conversations/{conversationId}`. */
  readonly path: string;
  /** The folder in `functions/` that serves it. */
  readonly function: FunctionName;
  readonly auth: "user" | "none";
  /** `token`: only somebody who signed in; an API key is refused. */
  readonly credential?: "token";
  /** Only for members of this Cognito group; others get 403. */
  readonly group?: "admin";
  readonly summary: string;
  readonly description?: string;
  readonly tag: string;
  readonly params?: z.ZodMiniObject;
  readonly query?: z.ZodMiniObject;
  readonly body?: z.ZodMiniObject;
  /** Of the 200, where it is not JSON: its schema is then of the text. */
  readonly mediaType?: string;
  /** Answers with an ETag, as every single resource that has an id does anyway. */
  readonly hasEtag?: true;
  /** Takes `Idempotency-Key`. */
  readonly idempotent?: boolean;
  /** `none`: not counted against the caller's requests per second. `expensive`: counted in the database besides. */
  readonly rate?: "none" | "expensive";
  /** What this route answers beyond the problems every route has. */
  readonly problems?: readonly ProblemType[];
}

export type Routes = Readonly<Record<string, Route>>;

/** What a route answers, status to body; `undefined` where the answer has none. */
export type Responses = Readonly<Record<number, z.ZodMiniType | undefined>>;

/** The answers of each of the routes. They stand in `answers/`, apart from the routes, for no handler reads them. */
export type Answers<R extends Routes> = { readonly [Name in keyof R]: Responses };

/** The functions behind API Gateway. */
export type FunctionName =
  | "account"
  | "admin"
  | "api-keys"
  | "auth"
  | "console"
  | "conversations"
  | "docs"
  | "messages"
  | "notes"
  | "ops"
  | "replies"
  | "system-prompts";

type Parsed<S> = S extends z.ZodMiniType ? z.output<S> : undefined;

/** What an operation of the route gets, after validation. */
export type RouteInput<R extends Route> = {
  params: Parsed<R["params"]>;
  query: Parsed<R["query"]>;
  body: Parsed<R["body"]>;
};

export function defineRoutes<const R extends Routes>(routes: R): R {
  return routes;
}

/** API Gateway's name of a route. */
export function routeKey(route: Pick<Route, "method" | "path">): string {
  return `${route.method} ${route.path}`;
}
