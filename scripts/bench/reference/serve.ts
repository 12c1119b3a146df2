// The floor: one process, plain SQL, a queue in memory, no validation, no tokens.
import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { openChat } from "./chat.ts";

/** What the benchmark needs to know of the running reference. */
export interface ReferenceReady {
  readonly url: string;
}

const chat = openChat(process.env.DATABASE_URL ?? "");

async function readJson(request: IncomingMessage): Promise<Record<string, string>> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return JSON.parse(Buffer.concat(chunks).toString() || "{}");
}

async function answer(request: IncomingMessage): Promise<{ status: number; body: unknown }> {
  const ownerId = await chat.userOf(request.headers.authorization ?? "");
  const [path = ""] = (request.url ?? "").split("?");
  const [, , noun, id = "", part] = path.split("/");
  if (noun === "replies") return { status: 200, body: await chat.readReply(ownerId, id) };
  if (part === undefined) return { status: 201, body: await chat.createConversation(ownerId) };
  if (request.method === "GET") return { status: 200, body: await chat.readPage(ownerId, id) };
  const { content = "" } = await readJson(request);
  return { status: 202, body: await chat.send(ownerId, id, content) };
}

const server = createServer((request, response) => {
  answer(request).then(
    ({ status, body }) => {
      const text = JSON.stringify(body);
      response.writeHead(status, {
        "content-type": "application/json",
        "content-length": Buffer.byteLength(text),
      });
      response.end(text);
    },
    (error) => {
      console.error("reference:", error);
      response.writeHead(500).end("{}");
    },
  );
});
server.listen(0, "127.0.0.1");
await once(server, "listening");
process.on("disconnect", () => process.exit(0));
const ready: ReferenceReady = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
process.send?.(ready);
