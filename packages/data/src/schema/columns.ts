import { integer, text, timestamp } from "drizzle-orm/pg-core";

/** A point in time; Postgres keeps microseconds, JavaScript sees milliseconds. */
export function instant(name: string) {
  return timestamp(name, { withTimezone: true, mode: "date" });
}

/** Every table has both; statements set `updated_at` themselves. */
export function timestamps() {
  return {
    createdAt: instant("created_at").notNull().defaultNow(),
    updatedAt: instant("updated_at").notNull().defaultNow(),
  };
}

/** Bumped by every write that changes a rendered field; the ETag is made of it. */
export function version() {
  return integer("version").notNull().default(1);
}

/** The `Idempotency-Key` of the request that made the row, and the fingerprint of that request. */
export function idempotency() {
  return {
    idempotencyKey: text("idempotency_key"),
    idempotencyFingerprint: text("idempotency_fingerprint"),
  };
}
