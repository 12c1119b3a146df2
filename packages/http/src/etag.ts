import { problem } from "./problem.ts";

/** The header's form of an opaque version. */
export function quoteEtag(etag: string): string {
  return `"${etag}"`;
}

function tagsOf(header: string): string[] {
  return header.match(/\*|(?:W\/)?"[^"]*"/g) ?? [];
}

/** RFC 9110, 13.1.2: weak comparison, `*` matches whatever exists. */
export function isNoneMatchHit(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  return tagsOf(ifNoneMatch).some((tag) => tag === "*" || tag.replace(/^W\//, "") === quoteEtag(etag));
}

/**
 * Lets a write pass when the client has seen the present version; without If-Match it always passes.
 * @param etag the present version, without quotes.
 * @throws Problem 412 when it has not (strong comparison: a weak tag never matches).
 */
export function requireMatch(ifMatch: string | undefined, etag: string): void {
  if (ifMatch === undefined) return;
  if (!tagsOf(ifMatch).some((tag) => tag === "*" || tag === quoteEtag(etag))) {
    throw problem("precondition-failed", { headers: { ETag: quoteEtag(etag) } });
  }
}
