import { and, asc, desc, eq, sql } from "drizzle-orm";
import { behindPageByNumber, pageLimit, usualPages } from "../drizzle/keyset.ts";
import { counting, db, statement, statements } from "../drizzle/statement.ts";
import type { PageShape } from "../keyset.ts";
import { tokenLedger } from "../schema/tokens.ts";

const ofOwner = eq(tokenLedger.ownerId, sql.placeholder("ownerId"));

export const list = statements((page: PageShape) => {
  const direction = page.order === "asc" ? asc : desc;
  return db
    .select()
    .from(tokenLedger)
    .where(and(ofOwner, behindPageByNumber(tokenLedger.ordinal, tokenLedger.id, page)))
    .orderBy(direction(tokenLedger.ordinal), direction(tokenLedger.id))
    .limit(pageLimit(page));
}, usualPages);

export const count = statement(() => counting(tokenLedger, ofOwner));
