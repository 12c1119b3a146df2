import { hash } from "node:crypto";
import { id } from "@parley/contract/schemas/fields";
import * as z from "zod/mini";
import { invalid } from "./problem.ts";

const instant = /^(?:19|20|21)\d\d-(\d\d)-\d\dT(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{6}Z$/;

function isRealInstant(text: string): boolean {
  const month = instant.exec(text)?.[1];
  // Date rolls 30 February over, where Postgres fails.
  return new Date(text).getUTCMonth() + 1 === Number(month);
}

/** What a list is sorted by. Postgres would answer a forged key of another kind with an error. */
const keySchemas = {
  /** A message's place in its conversation. */
  position: () => z.int().check(z.minimum(-2_147_483_648), z.maximum(2_147_483_647)),
  /** A point in time in UTC with its microseconds. */
  instant: () => z.string().check(z.refine(isRealInstant)),
  /** How well a search's hit matches. */
  score: () => z.int().check(z.minimum(0), z.maximum(Number.MAX_SAFE_INTEGER)),
} as const;

export type KeyKind = keyof typeof keySchemas;

/** Binds a cursor to the list it was made for. */
export interface CursorScope<K extends KeyKind = KeyKind> {
  readonly hash: string;
  readonly kind: K;
}

/** The last row of a page: the next one begins behind it. */
export interface Cursor<K extends KeyKind = KeyKind> {
  key: z.output<ReturnType<(typeof keySchemas)[K]>>;
  id: string;
}

/**
 * The scope of a list.
 * @param kind what it is sorted by.
 * @param parts everything that decides which rows come in which order: route, parent id, sort, order, filters.
 */
export function cursorScope<K extends KeyKind>(
  kind: K,
  parts: Readonly<Record<string, string | undefined>>,
): CursorScope<K> {
  return {
    kind,
    // Most pages are the first one and the last.
    get hash() {
      const sorted = Object.entries(parts)
        .filter(([, value]) => value !== undefined)
        .sort(([left], [right]) => (left < right ? -1 : 1));
      return hash("sha256", JSON.stringify(sorted), "base64url").slice(0, 16);
    },
  };
}

/** The cursor as the client gets it: opaque, and of no use with other filters. */
export function encodeCursor<K extends KeyKind>({
  scope,
  key,
  id,
}: Cursor<K> & { scope: CursorScope<K> }): string {
  return Buffer.from(JSON.stringify([scope.hash, key, id])).toString("base64url");
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
export function decodeCursor<K extends KeyKind>(
  text: string | undefined,
  scope: CursorScope<K>,
): Cursor<K> | undefined {
  if (text === undefined) return undefined;
  const result = z.tuple([z.literal(scope.hash), keySchemas[scope.kind](), id]).safeParse(parse(text));
  if (!result.success) throw invalid("query.cursor", "is not a cursor of this list");
  // The kind that chose the schema is the one that names the type.
  return { key: result.data[1] as Cursor<K>["key"], id: result.data[2] };
}
