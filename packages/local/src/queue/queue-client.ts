import { Agent, request } from "node:http";
import { setTimeout as pause } from "node:timers/promises";
import { QueueError } from "./queue-error.ts";
import { type Fields, isFields, optionalText } from "./request-fields.ts";

const MAXIMUM_ATTEMPTS = 3;
const RETRY_MS = 50;

/**
 * Speaks the JSON protocol of SQS over kept connections. Lambda's pollers are AWS's own and no part of what a user
 * deploys, so they need no SDK, which took a quarter of the whole stack's processor time.
 */
export interface QueueClient {
  /**
   * Tries again, a moment later, what had no answer or none of the protocol.
   * @throws QueueError when the service refuses
   */
  call(operation: string, input: object, signal?: AbortSignal): Promise<Fields>;
  close(): void;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function readAnswer({ status, text }: Answer): Fields {
  const body: unknown = JSON.parse(text);
  if (!isFields(body)) throw new Error("the answer is not a JSON object");
  if (status === 200) return body;
  const message = optionalText(body, "message") ?? `HTTP status ${status}`;
  if (status >= 500) throw new Error(message);
  throw new QueueError(optionalText(body, "__type")?.split("#").at(-1) ?? "", message);
}

export function createQueueClient(endpoint: string): QueueClient {
  const agent = new Agent({ keepAlive: true });
  const { hostname, port } = new URL(endpoint);

  function exchange(operation: string, payload: string, signal: AbortSignal | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const headers = {
        "content-type": "application/x-amz-json-1.0",
        "content-length": Buffer.byteLength(payload),
        "x-amz-target": `AmazonSQS.${operation}`,
      };
      const outgoing = request({ agent, hostname, port, method: "POST", headers, signal }, (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject);
        response.on("end", () => resolve({ status: response.statusCode ?? 0, text }));
      });
      outgoing.on("error", reject);
      outgoing.end(payload);
    });
  }

  return {
    call: async (operation, input, signal) => {
      const payload = JSON.stringify(input);
      for (let attempt = 1; ; attempt += 1) {
        try {
          return readAnswer(await exchange(operation, payload, signal));
        } catch (error) {
          if (error instanceof QueueError || attempt === MAXIMUM_ATTEMPTS || signal?.aborted) throw error;
          await pause(attempt * RETRY_MS, undefined, { signal });
        }
      }
    },
    close: () => agent.destroy(),
  };
}
