import * as z from "zod/mini";
import type { Invocation } from "../lambda/protocol.ts";
import { type RequestEvent, routeArn } from "./event.ts";
import { GatewayError } from "./gateway-error.ts";

const cacheEntries = 10_000;

const simpleResponse = z.object({
  isAuthorized: z.boolean(),
  context: z.nullish(z.record(z.string(), z.unknown())),
});
type SimpleResponse = z.output<typeof simpleResponse>;

export interface AuthorizerOptions {
  invoke(event: unknown): Promise<Invocation>;
  /** How long an answer counts for the same `Authorization` header, on any route; 0 for no cache. */
  readonly cacheSeconds: number;
}

/** @returns the context that the authorizer gave. */
export type Authorize = (event: RequestEvent) => Promise<Record<string, unknown>>;

function readAnswer(outcome: Invocation): SimpleResponse {
  if ("functionError" in outcome) {
    throw new GatewayError(outcome.functionError.errorMessage === "Unauthorized" ? 401 : 500);
  }
  const answer = simpleResponse.safeParse(outcome.payload);
  if (!answer.success) throw new GatewayError(500);
  return answer.data;
}

/**
 * A Lambda authorizer of an HTTP API: payload format 2.0, simple responses, `$request.header.Authorization` as the
 * identity source. Refusals by `isAuthorized` are cached too; failures are not.
 * @throws (the returned function) GatewayError 401, 403 or 500
 */
export function createAuthorizer({ invoke, cacheSeconds }: AuthorizerOptions): Authorize {
  const cache = new Map<string, { answer: SimpleResponse; until: number }>();

  function remember(identity: string, answer: SimpleResponse): void {
    if (cacheSeconds === 0) return;
    // The oldest answer is the first: an entry is put at the end when it is renewed.
    cache.delete(identity);
    const oldest = cache.keys().next();
    if (cache.size >= cacheEntries && !oldest.done) cache.delete(oldest.value);
    cache.set(identity, { answer, until: performance.now() + cacheSeconds * 1000 });
  }

  async function ask(event: RequestEvent, identity: string): Promise<SimpleResponse> {
    const known = cache.get(identity);
    if (known !== undefined && known.until > performance.now()) return known.answer;
    const request = { ...event, type: "REQUEST", routeArn: routeArn(event), identitySource: [identity] };
    const answer = readAnswer(await invoke(request));
    remember(identity, answer);
    return answer;
  }

  return async (event) => {
    const identity = event.headers.authorization;
    if (identity === undefined || identity === "") throw new GatewayError(401);
    const { isAuthorized, context } = await ask(event, identity);
    if (!isAuthorized) throw new GatewayError(403);
    return context ?? {};
  };
}
