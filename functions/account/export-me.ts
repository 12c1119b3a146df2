import type { accountRoutes } from "@parley/contract/routes/account";
import { exportPage } from "@parley/data/account-export";
import type { Database } from "@parley/data/database";
import type { Operation } from "@parley/http/api-types";
import { decodePosition, encodePosition } from "./export-cursor.ts";

/** A Lambda's answer is at most 6 MB. */
const longestPage = 4 * 1024 * 1024;
/** Kept for the read that is under way, in milliseconds. */
const reserveMillis = 12_000;

/** A page of everything that belongs to the caller. */
export function exportMe(database: Database): Operation<(typeof accountRoutes)["exportMe"]> {
  return async ({ query, caller, path, remainingMillis }) => {
    const { lines, next } = await exportPage(database, caller.userId, decodePosition(query.cursor), {
      bytes: longestPage,
      hasTime: () => remainingMillis() > reserveMillis,
    });
    return {
      status: 200,
      headers: {
        "Content-Type": "application/x-ndjson",
        ...(next && { Link: `<${path}?cursor=${encodePosition(next)}>; rel="next"` }),
      },
      content: lines.map((line) => `${line}\n`).join(""),
    };
  };
}
