// A TCP proxy that holds back what goes to the server, so that each round trip takes so much longer.
import { once } from "node:events";
import { type AddressInfo, connect, createServer } from "node:net";

/** What the benchmark needs to know of the running proxy. */
export interface ProxyReady {
  readonly port: number;
}

const { BENCH_TARGET = "", BENCH_DELAY_MILLIS = "1" } = process.env;
const target = new URL(`tcp://${BENCH_TARGET}`);
const delayMillis = Number(BENCH_DELAY_MILLIS);

const server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ host: target.hostname, port: Number(target.port), noDelay: true });
  client.on("data", (chunk) => setTimeout(() => upstream.write(chunk), delayMillis));
  upstream.pipe(client);
  for (const [one, other] of [
    [client, upstream],
    [upstream, client],
  ] as const) {
    one.on("error", () => other.destroy());
    one.on("close", () => other.destroy());
  }
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.on("disconnect", () => process.exit(0));
const ready: ProxyReady = { port: (server.address() as AddressInfo).port };
process.send?.(ready);
