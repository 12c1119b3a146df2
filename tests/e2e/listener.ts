import { type DeltaEvent, type PushEvent, pushEvent } from "@parley/contract/schemas/push";
import { inject } from "vitest";

/** A WebSocket client as docs/guide/push.md describes one. */
export interface Listener {
  /** Everything that came, in order. */
  readonly events: readonly PushEvent[];
  send(message: unknown): void;
  /** The first event, past or future, that `wanted` is true of. */
  next(wanted: (event: PushEvent) => boolean): Promise<PushEvent>;
  /** A reply's text, put together by the rule of the guide. */
  textOf(replyId: string): string;
  /** When each delta of a reply came, in milliseconds. */
  deltaTimes(replyId: string): number[];
  /** The close code, once the connection is closed. */
  readonly closed: Promise<number>;
  close(): void;
}

const patienceMillis = 20_000;

interface Written {
  attempt: number;
  characters: string[];
}

/** @returns true when a piece before this one is missing */
function write(texts: Map<string, Written>, { replyId, attempt, offset, text }: DeltaEvent): boolean {
  const present = texts.get(replyId);
  const written = present !== undefined && present.attempt >= attempt ? present : { attempt, characters: [] };
  texts.set(replyId, written);
  if (attempt < written.attempt) return false;
  if (offset > written.characters.length) return true;
  const pieces = Array.from(text);
  const isNew = offset + pieces.length > written.characters.length;
  if (isNew) written.characters = [...written.characters.slice(0, offset), ...pieces];
  return false;
}

/**
 * Opens a connection; rejects when it is refused.
 * @param had what an earlier connection has brought of a reply's first attempt
 */
export async function listen(token: string, had?: { replyId: string; text: string }): Promise<Listener> {
  const socket = new WebSocket(`${inject("stack").websocketUrl}?token=${encodeURIComponent(token)}`);
  const events: PushEvent[] = [];
  const times = new Map<string, number[]>();
  const texts = new Map<string, Written>();
  if (had !== undefined) texts.set(had.replyId, { attempt: 1, characters: Array.from(had.text) });
  const waiting = new Set<() => void>();
  const closed = new Promise<number>((resolve) => {
    socket.addEventListener("close", ({ code }) => resolve(code));
  });
  const send = (message: unknown) =>
    socket.send(typeof message === "string" ? message : JSON.stringify(message));
  socket.addEventListener("message", ({ data }) => {
    const event = pushEvent.parse(JSON.parse(String(data)));
    events.push(event);
    if (event.type === "reply.delta") {
      times.set(event.replyId, [...(times.get(event.replyId) ?? []), performance.now()]);
      const { replyId } = event;
      const after = texts.get(replyId)?.characters.length ?? 0;
      if (write(texts, event)) send({ action: "subscribe", replyId, after });
    }
    for (const look of waiting) look();
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("open", () => resolve());
    socket.addEventListener("error", () => reject(new Error("The connection was refused.")));
  });
  return {
    events,
    send,
    closed,
    close: () => socket.close(),
    textOf: (replyId) => texts.get(replyId)?.characters.join("") ?? "",
    deltaTimes: (replyId) => times.get(replyId) ?? [],
    next: (wanted) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`Not among ${events.map(({ type }) => type).join(", ") || "no events"}.`));
        }, patienceMillis);
        const look = () => {
          const found = events.find(wanted);
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      }),
  };
}

/** Says of an event whether it tells how that reply ended. */
export function endOf(replyId: string) {
  const ends = ["reply.completed", "reply.incomplete", "reply.failed", "reply.cancelled"];
  return (event: PushEvent) => "replyId" in event && event.replyId === replyId && ends.includes(event.type);
}
