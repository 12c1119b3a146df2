import { createHash } from "node:crypto";
import { id } from "@parley/contract/schemas/fields";
import * as z from "zod";
import { invalid } from "./problem.ts";

/** The last row of a page: the next one begins behind it. */
export interface Cursor {
  /** The sort key as a whole number: microseconds since 1970, or a position. */
  key: string;
  id: string;
}

// 16 digits are microseconds until the year 2286; more would overflow what Postgres makes of them.
const keySchema = z.string().regex(/^-?\d{1,16}$/);

/**
 * Binds cursors to one list: a hash over all that decides which rows come, and in which order.
 * @param parts route, parent id, sort, order and filters; what is undefined does not count.
 */
export function cursorScope(parts: Readonly<Record<string, string | undefined>>): string {
  const sorted = Object.entries(parts)
    .filter(([, value]) => value !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(sorted)).digest("base64url").slice(0, 16);
}

/** The cursor as the client gets it: opaque, and of no use with other filters. */
export function encodeCursor({ scope, key, id }: Cursor & { scope: string }): string {
  return Buffer.from(JSON.stringify([scope, key, id])).toString("base64url");
}

function parse(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, "base64url").toString());
  } catch {
    return undefined;
  }
}

/**
 * Reads `?cursor=`; `undefined` stays undefined (the first page).
 * @throws Problem 400 at `query.cursor` when it is malformed or was made for another list.
 */
export function decodeCursor(text: string | undefined, scope: string): Cursor | undefined {
  if (text === undefined) return undefined;
  const result = z.tuple([z.literal(scope), keySchema, id]).safeParse(parse(text));
  if (!result.success) throw invalid("query.cursor", "is not a cursor of this list");
  return { key: result.data[1], id: result.data[2] };
}
