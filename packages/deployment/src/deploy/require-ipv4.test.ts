import { expect, test } from "vitest";
import { requireIpv4 } from "./require-ipv4.ts";

const having =
  (...families: number[]) =>
  async (_host: string, { family }: { family: number }) => {
    if (!families.includes(family)) throw new Error("ENOTFOUND");
  };

test("a host that has an IPv6 address only is refused, and Supabase's session pooler named", async () => {
  const url = "postgres://postgres:hunter2@db.ref.supabase.co:5432/postgres";
  const failure = requireIpv4("DIRECT_DATABASE_URL", url, having(6));
  await expect(failure).rejects.toThrow(
    /^DIRECT_DATABASE_URL names db\.ref\.supabase\.co, .* session pooler, port 5432 of the host .*pooler\.supabase\.com\.$/,
  );
  await expect(failure).rejects.not.toThrow(/hunter2/);
  await requireIpv4("DATABASE_URL", url, having(4, 6));
  // One that nobody knows is told of by the connection.
  await requireIpv4("DATABASE_URL", url, having());
});
