import { afterEach, expect, test, vi } from "vitest";
import { readTicket, writeTicket } from "./push-tickets.ts";

vi.stubEnv("DATABASE_URL", "postgres://someone:secret@localhost/parley");
afterEach(() => {
  vi.useRealTimers();
});

test("a ticket says whose it is for a minute, and nobody can write or change one", async () => {
  const about = { userId: "ada", origin: "https://chat.example.com", tokenEnd: 2_000_000_000 };
  const { ticket } = await writeTicket(about);
  expect(await readTicket(ticket)).toMatchObject(about);
  expect((await writeTicket(about)).ticket).not.toBe(ticket);
  const [head = "", signature = ""] = ticket.split(".");
  const payload = JSON.parse(Buffer.from(head.slice("ticket_".length), "base64url").toString()) as object;
  const changed = Buffer.from(JSON.stringify({ ...payload, userId: "eve" })).toString("base64url");
  for (const forged of [
    `ticket_${changed}.${signature}`,
    `${head}.${"A".repeat(43)}`,
    head,
    "",
    "ticket_.",
    `x${ticket}`,
  ])
    expect(await readTicket(forged)).toBeUndefined();
  vi.useFakeTimers({ now: Date.now() + 61_000 });
  expect(await readTicket(ticket)).toBeUndefined();
});
