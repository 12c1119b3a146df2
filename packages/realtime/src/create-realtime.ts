import type { PushEvent } from "@parley/contract/schemas/push";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { createManagementApi } from "./management-api.ts";
import { conversationEvent, type ReplyNews, statusEvent } from "./reply-events.ts";

/** What a request may wait for its events to be delivered, in milliseconds. */
const patienceMillis = 250;

export interface Realtime {
  /** Tells the statuses in `news`, and closes what has ended. Waits a quarter of a second at most and never throws. */
  announce(news: ReplyNews): Promise<void>;
  /** Sends one event to some connections of a user, and forgets those that are gone. Never throws. */
  send(ownerId: string, connectionIds: readonly string[], event: PushEvent): Promise<void>;
  /** Closes connections, after a last event if there is one. Never throws. */
  disconnect(connectionIds: readonly string[], last?: PushEvent): Promise<void>;
  /** Closes connections of a user that may hear nothing any more, and forgets those that are closed. Never throws. */
  dismiss(ownerId: string, connectionIds: readonly string[]): Promise<void>;
}

export interface RealtimeOptions {
  /** Of the WebSocket API's stage; undefined: this deployment has none, and nothing is sent. */
  callbackUrl: string | undefined;
  removeConnections(ownerId: string, connectionIds: readonly string[]): Promise<void>;
}

/** Waits for work that never fails, but not longer than `millis`; it goes on by itself. */
export async function waitAtMost(work: Promise<unknown>, millis: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, millis);
  });
  await Promise.race([work, timeout]);
  clearTimeout(timer);
}

/** Delivery to the open connections of users: best effort, bounded in time, nothing for who is not listening. */
export function createRealtime({ callbackUrl, removeConnections }: RealtimeOptions): Realtime {
  const api = callbackUrl === undefined ? undefined : createManagementApi(callbackUrl);

  async function forget(ownerId: string, connectionIds: readonly string[]): Promise<void> {
    try {
      await removeConnections(ownerId, connectionIds);
    } catch (error) {
      logger.warn("closed connections not removed", { userId: ownerId, error: describeError(error) });
    }
  }

  async function send(ownerId: string, connectionIds: readonly string[], event: PushEvent): Promise<void> {
    if (api === undefined || connectionIds.length === 0) return;
    const data = JSON.stringify(event);
    const deliveries = await Promise.all(connectionIds.map((id) => api.post(id, data)));
    const gone = connectionIds.filter((_, index) => deliveries[index] === "gone");
    if (gone.length > 0) await forget(ownerId, gone);
  }

  async function sendAll({ ownerId, connectionIds, replies, conversation }: ReplyNews): Promise<void> {
    for (const reply of replies) await send(ownerId, connectionIds, statusEvent(reply));
    if (conversation) await send(ownerId, connectionIds, conversationEvent(conversation));
  }

  async function dismiss(ownerId: string, connectionIds: readonly string[]): Promise<void> {
    if (api === undefined || connectionIds.length === 0) return;
    const deliveries = await Promise.all(connectionIds.map((id) => api.disconnect(id)));
    // One that could not be closed is tried again with the owner's next news.
    const closed = connectionIds.filter((_, index) => deliveries[index] !== "failed");
    if (closed.length > 0) await forget(ownerId, closed);
  }

  return {
    send,
    dismiss,
    async announce(news) {
      const { ownerId, connectionIds, endedConnectionIds, replies, conversation } = news;
      const hasNews = replies.length > 0 || conversation !== undefined;
      const hasListeners = connectionIds.length > 0 && hasNews;
      if (!hasListeners && endedConnectionIds.length === 0) return;
      await waitAtMost(Promise.all([sendAll(news), dismiss(ownerId, endedConnectionIds)]), patienceMillis);
    },
    async disconnect(connectionIds, last) {
      if (api === undefined) return;
      const data = last && JSON.stringify(last);
      await Promise.all(
        connectionIds.map(async (id) => {
          if (data !== undefined) await api.post(id, data);
          await api.disconnect(id);
        }),
      );
    },
  };
}
