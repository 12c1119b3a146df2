import { problem } from "@parley/http/problem";
import type { WebsocketEvent } from "./websocket-event.ts";

/**
 * Keeps pages out that the deployment does not know. Only a browser says where a page is from; what else connects may
 * say anything, or nothing.
 * @param allowed origins, or `*` for all
 * @param ticketOrigin the page that asked for the ticket, which the gateway's own rules let do so
 * @throws Problem 403
 */
export function requireOrigin(
  { headers }: WebsocketEvent,
  allowed: readonly string[],
  ticketOrigin: string | undefined,
): void {
  const [, origin] = Object.entries(headers ?? {}).find(([name]) => name.toLowerCase() === "origin") ?? [];
  if (origin === undefined || origin === ticketOrigin) return;
  if (allowed.includes("*") || allowed.includes(origin)) return;
  throw problem("forbidden", { detail: "This page may not connect." });
}
