import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { writtenAnswer } from "./long-chat.ts";

export interface WritingModel {
  /** For `OPENAI_BASE_URL`. */
  readonly url: string;
  close(): void;
}

/** A server that speaks as OpenAI does, and writes a long answer to whatever it is asked. */
export async function startWritingModel(): Promise<WritingModel> {
  const server = createServer(async (request, response) => {
    request.resume();
    const send = (chunk: object) => response.write(`data: ${JSON.stringify(chunk)}\n\n`);
    response.writeHead(200, { "content-type": "text/event-stream" });
    for await (const content of writtenAnswer()) send({ choices: [{ index: 0, delta: { content } }] });
    send({ choices: [{ index: 0, delta: {}, finish_reason: "stop" }] });
    send({ choices: [], usage: { prompt_tokens: 1_000, completion_tokens: 1_000 } });
    response.end("data: [DONE]\n\n");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
