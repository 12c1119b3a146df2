import { expect, test } from "vitest";
import { usableDatabaseUrl } from "./database-url.ts";

test.each([
  // As Neon, Supabase and Prisma print them.
  [
    "postgres://u:p%3Fq@ep-x-pooler.aws.neon.tech/parley?sslmode=require&channel_binding=require",
    "postgres://u:p%3Fq@ep-x-pooler.aws.neon.tech/parley?sslmode=require",
    ["channel_binding"],
  ],
  [
    "postgresql://postgres.ref:p@aws-0-eu-central-1.pooler.supabase.com:6543/postgres?pgbouncer=true&connection_limit=1",
    "postgresql://postgres.ref:p@aws-0-eu-central-1.pooler.supabase.com:6543/postgres",
    ["pgbouncer", "connection_limit"],
  ],
  ["postgres://u:p@db/parley?application_name=me", "postgres://u:p@db/parley?application_name=me", []],
  ["postgres://u:p@db/parley", "postgres://u:p@db/parley", []],
])("of %s it uses %s", (given, url, dropped) => {
  expect(usableDatabaseUrl(given)).toEqual({ url, dropped });
});
