import type { IncomingMessage, ServerResponse } from "node:http";
import { createResponseServer } from "@parley/llm/fixtures/response-server";
import { markerOf } from "../world/told-model.ts";

export interface StoredAnswers {
  /** Answers a request of the Responses API. Of the faults of models, those strike that lose no stored answer. */
  answer(request: IncomingMessage, response: ServerResponse, fault: string | undefined): Promise<void>;
}

const refusals = ["429", "500", "529"];
const breaks = ["cut", "hang"];
const piecesBeforeBreak = 3;

/**
 * A provider that goes on with what was bought, whoever dies. Its answers do not say which call they are of: two attempts
 * may read the same one.
 * @param onPurchase told the marker of the question
 */
export function createStoredAnswers(onPurchase: (marker: string) => void): StoredAnswers {
  const words = Array.from({ length: 8 }, (_, at) => `stored${at} `);
  const { fetch } = createResponseServer({
    words,
    millisPerWord: 150,
    onBuy: ({ input }) => onPurchase(markerOf(input)),
  });
  return {
    async answer(request, response, fault) {
      if (refusals.some((status) => status === fault)) {
        return void response.writeHead(Number(fault)).end("{}");
      }
      const answer = await fetch(`http://x${request.url}`, {
        method: request.method ?? "GET",
        body: request.method === "POST" ? await textOf(request) : null,
      });
      response.writeHead(answer.status, Object.fromEntries(answer.headers));
      await send(answer, response, fault);
    },
  };
}

async function send(answer: Response, response: ServerResponse, fault: string | undefined): Promise<void> {
  const breaksAt = breaks.some((each) => each === fault) ? piecesBeforeBreak : Number.POSITIVE_INFINITY;
  let pieces = 0;
  for await (const piece of answer.body ?? []) {
    if (response.destroyed) return;
    response.write(piece);
    if (++pieces < breaksAt) continue;
    if (fault === "cut") response.destroy();
    return;
  }
  response.end();
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
