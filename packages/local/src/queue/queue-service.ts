import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { operations } from "./operations/operations.ts";
import type { Clock } from "./queue.ts";
import { createQueueDirectory, type QueueDefinition, type QueueDirectory } from "./queue-directory.ts";
import { QueueError } from "./queue-error.ts";
import { readRequestBody } from "./request-body.ts";

const CONTENT_TYPE = "application/x-amz-json-1.0";
const TARGET_PREFIX = "AmazonSQS.";
// Longer than any client keeps an idle connection, so that none is closed while a request is on its way.
const KEEP_ALIVE_MS = 600_000;

export interface QueueServiceOptions {
  readonly host?: string;
  /** 0, the default, takes a free port. */
  readonly port?: number;
  readonly region?: string;
  readonly queues: readonly QueueDefinition[];
  readonly clock?: Clock;
}

export interface QueueService {
  readonly endpoint: string;
  /** @throws QueueError when there is no such queue */
  queueUrl(name: string): string;
  /** @throws QueueError when there is no such queue */
  queueArn(name: string): string;
  /** Answers waiting receivers with nothing and closes the port. Every message is gone. */
  close(): Promise<void>;
}

async function perform(
  request: IncomingMessage,
  directory: QueueDirectory,
  endpoint: string,
  signal: AbortSignal,
): Promise<object> {
  const target = String(request.headers["x-amz-target"] ?? "");
  const name = target.startsWith(TARGET_PREFIX) ? target.slice(TARGET_PREFIX.length) : "";
  const operation = operations.get(name);
  const body = await readRequestBody(request);
  if (operation === undefined) {
    throw new QueueError("UnsupportedOperation", `The local queue service has no operation "${target}".`);
  }
  return operation(body, { directory, endpoint, signal });
}

function answer(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Record<string, string> = {},
): void {
  if (response.destroyed) return;
  const payload = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": CONTENT_TYPE,
    "content-length": Buffer.byteLength(payload),
    "x-amzn-requestid": randomUUID(),
    ...headers,
  });
  response.end(payload);
}

function answerError(response: ServerResponse, error: unknown): void {
  if (error instanceof QueueError) {
    const body = { __type: `com.amazonaws.sqs#${error.code}`, message: error.message };
    answer(response, 400, body, { "x-amzn-query-error": `${error.queryCode};Sender` });
  } else if (!response.destroyed) {
    console.error("queue service:", error);
    answer(response, 500, {
      __type: "com.amazonaws.sqs#InternalError",
      message: "The queue service failed.",
    });
  }
}

/**
 * Amazon SQS for one machine: the JSON protocol of the AWS SDK over HTTP, standard queues, in memory.
 * A stop loses every message; that is enough, because each job's row in the database is its outbox and the
 * sweeper sends the waiting ones again at the next start. Signatures are not checked.
 * @throws when the port is taken, or a dead-letter queue is not among the queues
 */
export async function startQueueService(options: QueueServiceOptions): Promise<QueueService> {
  const { host = "127.0.0.1", port = 0, region = "us-east-1", queues, clock = Date.now } = options;
  const directory = createQueueDirectory(clock, region, queues);

  const server = createServer({ keepAliveTimeout: KEEP_ALIVE_MS }, (request, response) => {
    const abandoned = new AbortController();
    response.on("close", () => {
      if (!response.writableFinished) abandoned.abort();
    });
    perform(request, directory, endpoint, abandoned.signal).then(
      (body) => answer(response, 200, body),
      (error) => answerError(response, error),
    );
  });
  server.listen(port, host);
  await once(server, "listening");
  const endpoint = `http://${host}:${(server.address() as AddressInfo).port}`;

  return {
    endpoint,
    queueUrl: (name) => endpoint + directory.path(directory.find(name).name),
    queueArn: (name) => directory.find(name).arn,
    close: async () => {
      directory.close();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      // The waiting receivers' empty answers are written first.
      setImmediate(() => server.closeAllConnections());
      await closed;
    },
  };
}
