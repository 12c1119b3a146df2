import { Agent, request as plainRequest } from "node:http";
import { Agent as SecureAgent, request as secureRequest } from "node:https";

export interface JsonAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Sends one request; `body` goes as JSON. Rejects when there is no answer. */
export type SendJson = (method: string, path: string, body?: object) => Promise<JsonAnswer>;

const options = { keepAlive: true, maxSockets: Number.POSITIVE_INFINITY };
const plainAgent = new Agent(options);
const secureAgent = new SecureAgent(options);

/** Requests to one server over kept connections: Node's own client, which costs the least beside what it measures. */
export function jsonOverHttp(baseUrl: string, token?: string): SendJson {
  const base = new URL(baseUrl);
  const isSecure = base.protocol === "https:";
  const send = isSecure ? secureRequest : plainRequest;
  const prefix = base.pathname.replace(/\/$/, "");
  const sendJson: SendJson = (method, path, body) =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const request = send(
        {
          agent: isSecure ? secureAgent : plainAgent,
          host: base.hostname,
          port: base.port || (isSecure ? 443 : 80),
          method,
          path: prefix + path,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(text !== undefined && {
              "content-type": "application/json",
              "content-length": Buffer.byteLength(text),
            }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () => {
            const answer = Buffer.concat(chunks).toString();
            const status = response.statusCode ?? 0;
            try {
              resolve({ status, body: answer === "" ? undefined : JSON.parse(answer) });
            } catch (error) {
              reject(error);
            }
          });
        },
      );
      request.on("error", (error: NodeJS.ErrnoException) => {
        // A server that closed an idle connection while this request was on its way has not read it.
        const isStale = request.reusedSocket && error.code === "ECONNRESET";
        if (isStale) sendJson(method, path, body).then(resolve, reject);
        else reject(error);
      });
      request.end(text);
    });
  return sendJson;
}
