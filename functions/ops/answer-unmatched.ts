import { methodsOf } from "@parley/contract/gateway";
import { allRoutes } from "@parley/contract/routes/all";
import type { ApiResponse, UnmatchedRequest } from "@parley/http/api-types";
import { problem } from "@parley/http/problem";

// What of a path may stand in a header as it came: ids and names do.
const plainPath = /^(?:\/|(?:\/[\w.~@:-]+)+)$/;

function withQuery(path: string, query: string): string {
  return /^[!-~]+$/.test(query) ? `${path}?${query}` : path;
}

/**
 * Answers what no route does: a path with a slash too many is sent on to the one without.
 * @throws Problem 405 for a path that has other methods, 404 for one that no route has
 */
export function answerUnmatched({ method, path, query }: UnmatchedRequest): ApiResponse {
  const trimmed = path.replace(/\/+$/, "") || "/";
  const methods = plainPath.test(trimmed) ? methodsOf(allRoutes, trimmed) : [];
  if (methods.length === 0) throw problem("not-found", { detail: "There is no such route." });
  const headers = { Allow: [...methods, "OPTIONS"].join(", ") };
  if (method === "OPTIONS") return { status: 204, headers };
  if (!methods.includes(method)) {
    throw problem("method-not-allowed", {
      detail: `This path takes ${methods.join(", ")}.`,
      headers,
    });
  }
  // 308 keeps method and body.
  return { status: 308, headers: { Location: withQuery(trimmed, query) } };
}
