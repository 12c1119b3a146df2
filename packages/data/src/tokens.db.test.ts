import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createApiKey, resolveApiKey } from "./api-keys.ts";
import { newId } from "./ids.ts";
import { cancelReply } from "./replies.ts";
import { openScene, type Person, replyOf, type Scene, unexplained } from "./testing/scene.fixture.ts";
import { countLedger, type LedgerRow, listLedger } from "./tokens.ts";
import { resolveUser } from "./users.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await openScene();
});

afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

/** Every entry of a ledger, read in pages of `limit`, oldest first. */
async function ledgerOf(person: Person, order: "asc" | "desc", limit: number): Promise<LedgerRow[]> {
  const rows: LedgerRow[] = [];
  for (;;) {
    const last = rows.at(-1);
    const after = last && { key: last.ordinal, id: last.id };
    const page = await listLedger(scene.database, person.id, { order, limit, after });
    rows.push(...page);
    if (page.length < limit) return order === "asc" ? rows : rows.reverse();
  }
}

/** Each entry's balance must be what the entries up to it add up to. */
function expectRunning(rows: readonly LedgerRow[]): void {
  let balance = 0;
  for (const [index, row] of rows.entries()) {
    if (row.kind === "grant") balance += row.amount;
    if (row.kind === "debit") balance -= row.amount;
    expect([row.ordinal, row.balance]).toEqual([index + 1, balance]);
  }
}

describe("the ledger", () => {
  it("has a running balance that is right on every page, in both orders", async () => {
    const [ada, eve] = await Promise.all([scene.person(1_000), scene.person(500)]);
    for (let count = 0; count < 4; count++) {
      const reply = replyOf(await ada.send());
      await eve.send();
      if (count % 2 === 0) await cancelReply(scene.database, ada.id, reply.id);
    }
    const rows = await ledgerOf(ada, "asc", 2);
    expect(rows.map(({ kind }) => kind)).toEqual([
      ...["grant", "hold", "release", "hold", "hold", "release", "hold"],
    ]);
    expectRunning(rows);
    expect(await ledgerOf(ada, "desc", 3)).toEqual(rows);
    expect(rows.every(({ ownerId }) => ownerId === ada.id)).toBe(true);
    expect(await countLedger(scene.database, ada.id)).toBe(rows.length);
  });

  it("stays in order when many requests change one balance at once", async () => {
    const [ada, eve] = await Promise.all([scene.person(100_000), scene.person(100_000)]);
    const sends = Array.from({ length: 20 }, (_, index) => (index % 4 === 0 ? eve : ada).send());
    const replies = (await Promise.all(sends)).map(replyOf);
    await Promise.all(replies.map(({ id }) => cancelReply(scene.database, ada.id, id)));
    const rows = await ledgerOf(ada, "asc", 7);
    expect(rows).toHaveLength(1 + 15 + 15);
    expectRunning(rows);
  });
});

describe("the monthly refill", () => {
  const lastMonth = (person: Person) =>
    scene.rows(`update users set refilled_at = date_trunc('month', now() at time zone 'UTC') at time zone 'UTC'
      - interval '1 second' where id = '${person.id}'`);
  const subOf = async (person: Person) => {
    const rows = await scene.rows<{ sub: string }>(
      `select cognito_sub as sub from users where id = '${person.id}'`,
    );
    return rows[0]?.sub ?? "";
  };
  const balanceOf = async (person: Person) => {
    const rows = await scene.rows<{ balance: number }>(
      `select token_balance::int as balance from users where id = '${person.id}'`,
    );
    return rows[0]?.balance;
  };
  const refills = async (person: Person) =>
    (await ledgerOf(person, "asc", 50)).filter(({ reason }) => reason === "refill");

  it("tops the balance up once in a calendar month, whoever of many requests is first", async () => {
    const [ada, eve] = await Promise.all([scene.person(300), scene.person(300)]);
    await lastMonth(ada);
    const sub = await subOf(ada);
    await Promise.all(Array.from({ length: 5 }, () => resolveUser(scene.database, { sub }, 0, 1_000)));
    expect([await balanceOf(ada), await balanceOf(eve)]).toEqual([1_000, 300]);
    expect(await refills(ada)).toMatchObject([{ kind: "grant", amount: 700, balance: 1_000 }]);
    expect(await refills(eve)).toEqual([]);
  });

  it("comes with a send too, which may need it", async () => {
    const person = await scene.person(50);
    expect(await person.send()).toMatchObject({ outcome: "insufficient_tokens" });
    await lastMonth(person);
    expect(await person.send({ monthlyTokens: 0 })).toMatchObject({ outcome: "insufficient_tokens" });
    expect(await person.send({ monthlyTokens: 1_000 })).toMatchObject({ outcome: "sent" });
    expect(await refills(person)).toMatchObject([{ amount: 950, balance: 1_000 }]);
  });

  it("comes with an API key too", async () => {
    const person = await scene.person(0);
    await lastMonth(person);
    const hash = "0123456789abcdef".repeat(4);
    const key = { name: "Script", hash, hint: "parley_abc", scopes: ["read"] as const, expiresAt: null };
    await createApiKey(scene.database, { ...key, ownerId: person.id, apiKeyId: newId() });
    await resolveApiKey(scene.database, hash, 800);
    expect(await balanceOf(person)).toBe(800);
  });

  it("takes nothing away, and leaves no entry when there is nothing to add", async () => {
    const person = await scene.person(5_000);
    await lastMonth(person);
    await resolveUser(scene.database, { sub: await subOf(person) }, 0, 1_000);
    expect(await balanceOf(person)).toBe(5_000);
    expect(await refills(person)).toEqual([]);
  });

  it("does not come on top of the welcome grant of the same month", async () => {
    const sub = newId();
    for (let count = 0; count < 2; count++) await resolveUser(scene.database, { sub }, 100, 1_000);
    const [row] = await scene.rows<{ balance: number }>(
      `select token_balance::int as balance from users where cognito_sub = '${sub}'`,
    );
    expect(row?.balance).toBe(100);
  });

  it("is not for the disabled", async () => {
    const person = await scene.person(10);
    await lastMonth(person);
    await scene.rows(`update users set disabled_at = now() where id = '${person.id}'`);
    await resolveUser(scene.database, { sub: await subOf(person) }, 0, 1_000);
    expect(await balanceOf(person)).toBe(10);
  });
});
