import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Random } from "../random.ts";

/** How the queue behaves; each lasts until it is set back. */
export interface QueueMoods {
  isDown: boolean;
  /** Every send is made twice. */
  duplicates: boolean;
  /** Sends wait up to this long, each for itself, so that they arrive in another order. */
  shuffleMillis: number;
  delayMillis: number;
}

export interface QueueProxy {
  readonly port: number;
  readonly moods: QueueMoods;
  close(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function deadReplies(text: string): string[] {
  const { Messages = [] } = JSON.parse(text) as { Messages?: { Body: string }[] };
  return Messages.flatMap(({ Body }) => (JSON.parse(Body) as { replyId?: string }).replyId ?? []);
}

/**
 * Stands before a queue service and makes trouble.
 * @param onDeadLetter told of each reply whose letter somebody receives from the dead-letter queue
 */
export async function startQueueProxy(
  targetPort: number,
  random: Random,
  onDeadLetter: (replyId: string) => void,
): Promise<QueueProxy> {
  const moods: QueueMoods = { isDown: false, duplicates: false, shuffleMillis: 0, delayMillis: 0 };

  async function forward(request: IncomingMessage, body: string, signal: AbortSignal): Promise<Response> {
    const headers = Object.entries(request.headers).flatMap(([name, value]): [string, string][] =>
      typeof value === "string" && name.startsWith("x-amz") ? [[name, value]] : [],
    );
    return fetch(`http://127.0.0.1:${targetPort}${request.url}`, {
      method: "POST",
      headers: { ...Object.fromEntries(headers), "content-type": "application/x-amz-json-1.0" },
      body,
      signal,
    });
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const abandoned = new AbortController();
    response.on("close", () => abandoned.abort());
    const body = await bodyOf(request);
    if (moods.isDown) {
      await sleep(random.between(0, 50));
      return void request.socket.destroy();
    }
    const target = String(request.headers["x-amz-target"]);
    if (target.includes("Send")) {
      await sleep(moods.delayMillis + random.between(0, moods.shuffleMillis));
      if (moods.duplicates) await forward(request, body, abandoned.signal);
    }
    const answered = await forward(request, body, abandoned.signal);
    const text = await answered.text();
    if (target.endsWith("ReceiveMessage") && body.includes("-dead")) deadReplies(text).forEach(onDeadLetter);
    if (moods.isDown) return void request.socket.destroy();
    const error = answered.headers.get("x-amzn-query-error");
    response.writeHead(answered.status, {
      "content-type": "application/x-amz-json-1.0",
      ...(error !== null && { "x-amzn-query-error": error }),
    });
    response.end(text);
  }

  const server = createServer({ keepAliveTimeout: 600_000 }, (request, response) => {
    answer(request, response).catch(() => request.socket.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    moods,
    async close() {
      server.closeAllConnections();
      const closed = once(server, "close");
      server.close();
      await closed;
    },
  };
}
