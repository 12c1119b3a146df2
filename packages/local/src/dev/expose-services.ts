import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { networkInterfaces } from "node:os";
import { listen } from "../gateway/listen.ts";
import { jobQueue } from "../reply-queues.ts";
import type { Stack } from "../stack.ts";

/** What containers use, on this machine: the same stand-ins and database, under ports that stay the same. */
export interface ExposedServices {
  readonly databaseUrl: string;
  readonly queueEndpoint: string;
  readonly queueUrl: string;
  readonly cognitoEndpoint: string;
  /** Undefined where the settings have a Momento key. */
  readonly momentoEndpoint: string | undefined;
  readonly callbackUrl: string;
}

/** Loopback, and Docker's bridge, through which containers on Linux come; nothing beyond this machine. */
function addresses(): string[] {
  const bridge = networkInterfaces().docker0?.find(({ family }) => family === "IPv4")?.address;
  return ["127.0.0.1", ...(bridge === undefined ? [] : [bridge])];
}

/** Hands on what comes to a port; answers the port, which is another one where the wish is 0. */
async function forward(started: AsyncDisposableStack, wish: number, target: URL): Promise<number> {
  let port = wish;
  for (const host of addresses()) {
    const open = new Set<Socket>();
    const server = createServer((socket) => {
      const upstream = connect(Number(target.port), target.hostname);
      open.add(socket).add(upstream);
      for (const [end, other] of [
        [socket, upstream],
        [upstream, socket],
      ] as const) {
        end.pipe(other);
        end.on("error", () => other.destroy());
        end.on("close", () => {
          open.delete(end);
          other.destroy();
        });
      }
    });
    const address = await listen(server, host, port, "PORT, which the services follow");
    port = Number(address.split(":")[1]);
    started.defer(async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of open) socket.destroy();
      await closed;
    });
  }
  return port;
}

/** The same URL with another port of this machine; a password in it is not encoded anew. */
const withPort = (url: string, port: number) => {
  const { host } = new URL(url);
  return url.replace(host, `127.0.0.1:${port}`);
};

/**
 * Offers what the stack's functions use to functions elsewhere on this machine, as in SAM's containers.
 * @param first the port of the first; 0 takes free ones
 */
export async function exposeServices(
  stack: Stack,
  first: number,
): Promise<{ services: ExposedServices; close: () => Promise<void> }> {
  const { postgres, databaseUrl, queue, cognito, momento } = stack;
  await using started = new AsyncDisposableStack();
  const offer = async (place: number, url: string) =>
    withPort(url, await forward(started, first === 0 ? 0 : first + place, new URL(url)));
  const queueEndpoint = await offer(1, queue.endpoint);
  const services = {
    // A database that is not the stack's own has an address already.
    databaseUrl: postgres === undefined ? databaseUrl : await offer(0, databaseUrl),
    queueEndpoint,
    queueUrl: queue.queueUrl(jobQueue).replace(queue.endpoint, queueEndpoint),
    cognitoEndpoint: await offer(2, cognito.endpoint),
    momentoEndpoint:
      momento && (await offer(3, `http://${momento.hostname}:${momento.port}`)).replace("http://", ""),
    // API Gateway's own, through which functions push, is where clients connect.
    callbackUrl: await offer(4, stack.websocketUrl.replace(/^ws:/, "http:")),
  };
  const everything = started.move();
  return { services, close: () => everything.disposeAsync() };
}

/** For people: where everything is, as this machine sees it. */
export function servicesTable(services: ExposedServices): string {
  const facts = [
    ["Postgres", services.databaseUrl],
    ["queue", services.queueUrl],
    ["user pool", services.cognitoEndpoint],
    ["cache", services.momentoEndpoint ?? "Momento"],
    ["push back", services.callbackUrl],
  ];
  const table = facts.map(([name = "", value]) => `  ${name.padEnd(14)}${value}`).join("\n");
  return `Services for containers, where 127.0.0.1 is host.docker.internal; \`npx -y pnpm@12 sam:local\` uses them:\n\n${table}\n`;
}
