import type { ApiResponse } from "./api-types.ts";
import { type Cursor, type CursorScope, encodeCursor, type KeyKind } from "./cursor.ts";
import { dotted } from "./read-query.ts";

/** Longest list in bytes of JSON; a Lambda's answer is at most 6 MB. */
const longestList = 4 * 1024 * 1024;

export interface ListOptions<Row, K extends KeyKind> {
  /** Up to `limit + 1` rows: the one more says that there is a next page. */
  rows: readonly Row[];
  limit: number;
  /** A row as the contract shows it; by default as it is. */
  render?: (row: Row) => unknown;
  cursorOf: (row: Row) => Cursor<K>;
  scope: CursorScope<K>;
  /** Of the request, for the `Link` to the next page. */
  path: string;
  query: Readonly<Record<string, string | number | boolean | Readonly<Record<string, string>> | undefined>>;
  total?: number | undefined;
}

function nextLink(path: string, query: ListOptions<unknown, KeyKind>["query"], cursor: string): string {
  const parameters = new URLSearchParams(dotted(query));
  parameters.set("cursor", cursor);
  return `<${path}?${parameters}>; rel="next"`;
}

/** No value has more bytes as JSON than this: a character takes six at most, and all else that is not an object 24. */
function byteBound(value: unknown): number {
  if (typeof value === "string") return 6 * value.length + 2;
  if (typeof value !== "object" || value === null) return 24;
  let sum = 26;
  // Without a pair for each member: that takes eight times as long.
  if (Array.isArray(value)) for (const item of value) sum += 1 + byteBound(item);
  else for (const key in value) sum += 6 * key.length + 4 + byteBound(Reflect.get(value, key));
  return sum;
}

/** The rows that fit on the page; one at least, or a list could never be read to its end. */
function fill<Row>(rows: readonly Row[], render: (row: Row) => unknown): unknown[] {
  const items = rows.map(render);
  // Nearly always; and then the answer is made into JSON once, as it is sent, and not to be measured.
  if (byteBound(items) <= longestList) return items;
  let bytes = 0;
  const tooMany = items.findIndex((item, index) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return bytes > longestList && index > 0;
  });
  return tooMany === -1 ? items : items.slice(0, tooMany);
}

/** A page of a list: `{ data, nextCursor, total? }`, with `Link` to the next one. Stops at 4 MB. */
export function listResponse<Row, K extends KeyKind>(options: ListOptions<Row, K>): ApiResponse {
  const { rows, limit, render = (row: Row): unknown => row, cursorOf, scope, path, query, total } = options;
  const data = fill(rows.slice(0, limit), render);
  const last = rows[data.length - 1];
  const nextCursor =
    last !== undefined && data.length < rows.length ? encodeCursor({ scope, ...cursorOf(last) }) : null;
  return {
    status: 200,
    body: { data, nextCursor, ...(total !== undefined && { total }) },
    ...(nextCursor !== null && { headers: { Link: nextLink(path, query, nextCursor) } }),
  };
}
