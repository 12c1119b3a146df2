import { randomUUID, timingSafeEqual } from "node:crypto";
import { deploymentHash } from "./deployment-hash.ts";

/** Seconds within which a ticket opens its connection. */
export const ticketSeconds = 60;

export interface PushTicket {
  /** Tells one ticket from another: each is good once. */
  id: string;
  userId: string;
  /** The page that asked for it, where a browser said so: no other may use it. */
  origin?: string;
  /** Of the token that it was asked for with, in seconds since the epoch: the connection ends with it. */
  tokenEnd?: number;
  /** Of the ticket itself, likewise. */
  end: number;
}

const signatureOf = (payload: string) => deploymentHash(`push-ticket:${payload}`);

/** A ticket that `readTicket` takes for a minute. Nothing is stored. */
export async function writeTicket(
  ticket: Omit<PushTicket, "id" | "end">,
): Promise<{ ticket: string; end: number }> {
  const end = Math.floor(Date.now() / 1_000) + ticketSeconds;
  const payload = Buffer.from(JSON.stringify({ ...ticket, id: randomUUID(), end })).toString("base64url");
  const signature = await signatureOf(payload);
  return { ticket: `ticket_${payload}.${signature.toString("base64url")}`, end };
}

/** What a ticket says, or undefined where it is not one of ours or its minute is over. Asks no database. */
export async function readTicket(ticket: string): Promise<PushTicket | undefined> {
  const [, payload = "", given = ""] = /^ticket_([\w-]+)\.([\w-]{43})$/.exec(ticket) ?? [];
  const signature = await signatureOf(payload);
  const bytes = Buffer.from(given, "base64url");
  if (bytes.length !== signature.length || !timingSafeEqual(bytes, signature)) return undefined;
  // Whoever has signed it has written it.
  const read = JSON.parse(Buffer.from(payload, "base64url").toString()) as PushTicket;
  return read.end * 1_000 > Date.now() ? read : undefined;
}
