import type { Clock, Queue, QueuedMessage } from "./queue.ts";

/** What one ReceiveMessage asks for; an aborted signal takes the waiting receiver out of the line. */
export interface ReceiveRequest {
  limit: number;
  visibilityTimeoutSeconds: number;
  waitSeconds: number;
  signal: AbortSignal;
}

export interface LongPoll {
  /** Messages as soon as there are any; none after `waitSeconds`, an abort or `close`. */
  receive(request: ReceiveRequest): Promise<QueuedMessage[]>;
  /** To be called after anything that may have made a message visible. */
  wake(): void;
  close(): void;
}

interface Waiter {
  request: ReceiveRequest;
  finish(messages: QueuedMessage[]): void;
}

/**
 * Receivers wait in line without polling: a send wakes the first of them at once, and one timer per queue,
 * set only while somebody waits, fires when the next delayed or hidden message is due.
 */
export function createLongPoll(queue: Queue, clock: Clock): LongPoll {
  const waiters = new Set<Waiter>();
  let dueTimer: NodeJS.Timeout | undefined;
  let closed = false;

  const take = ({ limit, visibilityTimeoutSeconds }: ReceiveRequest): QueuedMessage[] =>
    queue.take(limit, visibilityTimeoutSeconds);

  function serveWaiters(): void {
    for (const waiter of waiters) {
      const messages = take(waiter.request);
      if (messages.length === 0) break;
      waiter.finish(messages);
    }
    armDueTimer();
  }

  function armDueTimer(): void {
    clearTimeout(dueTimer);
    const dueAt = queue.nextDueAt();
    if (waiters.size > 0 && dueAt !== undefined) {
      dueTimer = setTimeout(serveWaiters, Math.max(1, dueAt - clock()));
    }
  }

  function wait(request: ReceiveRequest): Promise<QueuedMessage[]> {
    return new Promise((resolve) => {
      const giveUp = (): void => waiter.finish([]);
      const timer = setTimeout(giveUp, request.waitSeconds * 1000);
      const waiter: Waiter = {
        request,
        finish: (messages) => {
          clearTimeout(timer);
          request.signal.removeEventListener("abort", giveUp);
          waiters.delete(waiter);
          if (waiters.size === 0) clearTimeout(dueTimer);
          resolve(messages);
        },
      };
      request.signal.addEventListener("abort", giveUp);
      waiters.add(waiter);
      armDueTimer();
    });
  }

  return {
    receive: async (request) => {
      if (request.signal.aborted) return [];
      const messages = take(request);
      if (messages.length > 0 || request.waitSeconds === 0 || closed) return messages;
      return wait(request);
    },
    wake: () => {
      if (waiters.size > 0) serveWaiters();
    },
    close: () => {
      closed = true;
      for (const waiter of waiters) waiter.finish([]);
    },
  };
}
