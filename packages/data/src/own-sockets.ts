import { createConnection, type Socket } from "node:net";

interface Address {
  readonly host: readonly string[];
  readonly port: readonly number[];
  readonly path?: string | false;
}

/**
 * The sockets of one client of postgres 3.4, for its option `socket`. A client that was about to connect again when it
 * was ended does so all the same, and keeps that connection for good; here its sockets end with it. Nor does one that
 * was connected connect again: what is left of the answer that was cut would go to the statements after it.
 * @param onClosed told when the client is of no more use, because its connection has closed
 */
export function ownSockets(onClosed: () => void) {
  const sockets = new Set<Socket>();
  let attempts = 0;
  let hasConnected = false;
  let hasEnded = false;
  return {
    /** Connects to the next of the hosts. What is written before it is connected waits. */
    open({ host, port, path }: Address): Socket {
      if (hasEnded || hasConnected) throw new Error("The client has ended.");
      const index = attempts++ % host.length;
      const address = { host: host[index] ?? "localhost", port: port[index] ?? 5432 };
      const socket = path ? createConnection(path) : createConnection(address);
      sockets.add(socket);
      socket.on("connect", () => {
        hasConnected = true;
      });
      socket.on("close", () => {
        sockets.delete(socket);
        if (hasConnected) onClosed();
      });
      // The name that the server's certificate is checked against.
      return Object.assign(socket, address);
    },
    end(): void {
      hasEnded = true;
      for (const socket of sockets) socket.destroy();
    },
  };
}
