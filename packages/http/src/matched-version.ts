import { requireMatch } from "./etag.ts";
import { type Problem, problem } from "./problem.ts";

interface Versioned {
  version: number;
}

/**
 * The version that a conditional write must find: the one the client has seen, so that the write itself compares.
 * @param read the present state; only asked when there is an If-Match.
 * @param etagOf of that state, as GET answers it.
 * @returns undefined without If-Match: any version will do.
 * @throws Problem 404 when there is nothing, 412 when the client has seen another version.
 */
export async function matchedVersion<Row extends Versioned>(
  ifMatch: string | undefined,
  read: () => Promise<Row | undefined>,
  etagOf: (row: Row) => string = (row) => String(row.version),
): Promise<number | undefined> {
  if (ifMatch === undefined) return undefined;
  const row = await read();
  if (row === undefined) throw problem("not-found");
  requireMatch(ifMatch, etagOf(row));
  return row.version;
}

/** Why a conditional write found nothing to change. */
export function missProblem(outcome: "not_found" | "stale"): Problem {
  return problem(outcome === "stale" ? "precondition-failed" : "not-found");
}
