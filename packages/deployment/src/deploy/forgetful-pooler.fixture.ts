import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";

const readyForQuery = 0x5a;
const idle = 0x49;

function queryMessage(text: string): Buffer {
  const body = Buffer.from(`${text}\0`);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length + 4);
  return Buffer.concat([Buffer.from("Q"), length, body]);
}

/** Cuts what a server sends into its messages; a part of one waits for the rest. */
function messagesOf(onMessage: (message: Buffer) => void): (data: Buffer) => void {
  let rest = Buffer.alloc(0);
  return (data) => {
    rest = Buffer.concat([rest, data]);
    while (rest.length >= 5 && rest.length > rest.readInt32BE(1)) {
      const end = rest.readInt32BE(1) + 1;
      onMessage(rest.subarray(0, end));
      rest = rest.subarray(end);
    }
  };
}

/** After each transaction the next one finds no prepared statement, as on another connection of a server. */
function serve(client: Socket, server: Socket): void {
  let isForgetting = false;
  const onMessage = (message: Buffer) => {
    const isReady = message[0] === readyForQuery && message[5] === idle;
    if (isForgetting) {
      if (!isReady) return;
      isForgetting = false;
      client.write(message);
    } else if (isReady) {
      isForgetting = true;
      server.write(queryMessage("deallocate all"));
    } else client.write(message);
  };
  server.on("data", messagesOf(onMessage));
  client.on("data", (data) => server.write(data));
  for (const [one, other] of [
    [client, server],
    [server, client],
  ] as const) {
    one.on("close", () => other.destroy());
    one.on("error", () => other.destroy());
  }
}

/** The URL of a pooler before a database that keeps no prepared statements, and what closes it. */
export async function startForgetfulPooler(
  databaseUrl: string,
): Promise<{ url: string; close: () => Promise<void> }> {
  const target = new URL(databaseUrl);
  const pooler = createServer((client) => {
    serve(client, connect(Number(target.port), target.hostname));
  });
  pooler.listen(0, "127.0.0.1");
  await once(pooler, "listening");
  const url = new URL(databaseUrl);
  url.hostname = "127.0.0.1";
  url.port = String((pooler.address() as AddressInfo).port);
  return {
    url: url.href,
    close: async () => {
      pooler.close();
      await once(pooler, "close");
    },
  };
}
