import type { ExportPosition } from "@parley/data/account-export";
import { isExportKey } from "@parley/data/owned-tables";
import { invalid } from "@parley/http/problem";
import * as z from "zod/mini";

// Postgres would answer text that it cannot hold, or a number out of range, with an error.
const text = z.string().check(z.regex(/^[\x20-\x7e]{1,300}$/));
const whole = z.int().check(z.minimum(-2_147_483_648), z.maximum(2_147_483_647));
const form = z.tuple([z.string(), z.array(z.union([text, whole]))]);

/** The place as the client gets it. */
export function encodePosition({ table, key }: ExportPosition): string {
  return Buffer.from(JSON.stringify([table, key])).toString("base64url");
}

function parse(encoded: string): unknown {
  try {
    return JSON.parse(Buffer.from(encoded, "base64url").toString());
  } catch {
    return undefined;
  }
}

/**
 * Reads `?cursor=`; `undefined` stays undefined (the beginning). It names no owner: whose rows come is not its to say.
 * @throws Problem 400 at `query.cursor`
 */
export function decodePosition(encoded: string | undefined): ExportPosition | undefined {
  if (encoded === undefined) return undefined;
  const result = form.safeParse(parse(encoded));
  const [table, key] = result.data ?? [];
  if (table === undefined || key === undefined || !isExportKey(table, key)) {
    throw invalid("query.cursor", "is not a cursor of this export");
  }
  return { table, key };
}
