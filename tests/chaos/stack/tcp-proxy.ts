import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

/** A wire to a server of this machine, that can be cut, held up and refused. */
export interface TcpProxy {
  readonly port: number;
  /** Cuts every connection; new ones are let through. */
  cut(): void;
  /** Refuses new connections, and cuts the present ones. */
  setDown(isDown: boolean): void;
  /** Holds every byte back by that long, from now on. */
  setDelay(millis: number): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let isDown = false;
  let delayMillis = 0;

  function pass(from: Socket, to: Socket): void {
    // In the order they came: no byte may overtake those before it when the delay becomes shorter.
    const held: { chunk: Buffer; due: number }[] = [];
    function letGo(): void {
      for (let next = held[0]; next !== undefined; next = held[0]) {
        const left = next.due - Date.now();
        if (left > 0) return void setTimeout(letGo, left);
        held.shift();
        if (to.writable) to.write(next.chunk);
      }
    }
    from.on("data", (chunk) => {
      held.push({ chunk, due: Date.now() + delayMillis });
      if (held.length === 1) letGo();
    });
    from.on("close", () => to.destroy());
    from.on("error", () => to.destroy());
  }

  const server = createServer((client) => {
    if (isDown) return void client.destroy();
    const target = connect(targetPort, "127.0.0.1");
    for (const socket of [client, target]) {
      socket.setNoDelay(true);
      sockets.add(socket);
      socket.on("close", () => sockets.delete(socket));
    }
    pass(client, target);
    pass(target, client);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    for (const socket of sockets) socket.resetAndDestroy();
  };
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    setDown(down) {
      isDown = down;
      if (down) cut();
    },
    setDelay(millis) {
      delayMillis = millis;
    },
    async close() {
      const closed = once(server, "close");
      server.close();
      cut();
      await closed;
    },
  };
}
