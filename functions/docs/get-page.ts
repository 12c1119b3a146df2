import type { docsRoutes } from "@parley/contract/routes/docs";
import type { Operation } from "@parley/http/api-types";
import { contentSecurityPolicy } from "./pages.ts";

/** One of the two pages. */
export function getPage(content: string): Operation<(typeof docsRoutes)["getDocs" | "getRedoc"]> {
  return async () => ({
    status: 200,
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": contentSecurityPolicy,
      "Referrer-Policy": "no-referrer",
      "Cache-Control": "public, max-age=300",
    },
    content,
  });
}
