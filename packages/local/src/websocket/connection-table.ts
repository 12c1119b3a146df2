import type { WebSocket } from "ws";
import type { ConnectionFacts } from "./websocket-event.ts";

/** A WebSocket connection that is open. */
export interface OpenConnection extends ConnectionFacts {
  readonly socket: WebSocket;
  lastActiveAt: number;
}

export interface ConnectionLimits {
  /** 10 minutes on AWS. */
  readonly idleMillis: number;
  /** 2 hours on AWS. */
  readonly lifetimeMillis: number;
}

export interface ConnectionTable {
  add(facts: ConnectionFacts, socket: WebSocket): OpenConnection;
  get(connectionId: string): OpenConnection | undefined;
  /** Notes traffic in one direction or the other. */
  touch(connection: OpenConnection): void;
  closeAll(): void;
}

const goingAway = 1001;

/** The open connections, each closed when it is idle or old. */
export function createConnectionTable({ idleMillis, lifetimeMillis }: ConnectionLimits): ConnectionTable {
  const open = new Map<string, OpenConnection>();
  const idleTimers = new Map<string, NodeJS.Timeout>();

  function touch(connection: OpenConnection): void {
    connection.lastActiveAt = Date.now();
    idleTimers.get(connection.connectionId)?.refresh();
  }

  return {
    touch,
    get: (connectionId) => open.get(connectionId),
    add(facts, socket) {
      const { connectionId } = facts;
      const connection = { ...facts, socket, lastActiveAt: Date.now() };
      const idle = setTimeout(() => socket.close(goingAway, "Going away"), idleMillis);
      const end = setTimeout(() => socket.close(goingAway, "Going away"), lifetimeMillis);
      open.set(connectionId, connection);
      idleTimers.set(connectionId, idle);
      socket.on("close", () => {
        clearTimeout(idle);
        clearTimeout(end);
        idleTimers.delete(connectionId);
        open.delete(connectionId);
      });
      return connection;
    },
    closeAll() {
      for (const { socket } of open.values()) socket.close(goingAway, "Going away");
    },
  };
}
