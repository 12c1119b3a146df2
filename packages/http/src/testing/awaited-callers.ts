import type { Identity } from "../api-types.ts";
import { createCallerCache } from "../resolve-caller.ts";

/** A cache of callers that is waited for in any case. */
export function awaitedCallers(...options: Parameters<typeof createCallerCache>) {
  const find = createCallerCache(...options);
  return async (identity: Identity) => find(identity);
}
