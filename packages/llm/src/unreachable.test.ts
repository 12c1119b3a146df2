import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, createServer, type Server } from "node:net";
import { afterEach, expect, it } from "vitest";
import { collect } from "./fixtures/collect.ts";
import { createAnthropicProvider } from "./providers/anthropic/provider.ts";
import { createOpenAiProvider } from "./providers/openai/provider.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

async function addressOf(server: Server): Promise<string> {
  servers.push(server);
  await once(server.listen(0, "127.0.0.1"), "listening");
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const looping = () =>
  createHttpServer(({ url = "/" }, response) => response.writeHead(307, { location: url }).end());
const speaking = (text: string) =>
  createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(text));
  });

const wrong: readonly (readonly [string, string, () => Promise<string>, RegExp | undefined])[] = [
  ["a name that nobody has", "http", async () => "nowhere.invalid", /^(ENOTFOUND|EAI_AGAIN)$/],
  ["a port that nobody listens at", "http", async () => "127.0.0.1:1", undefined],
  ["TLS where there is none", "https", () => addressOf(looping()), /SSL/],
  ["a circle of redirects", "http", () => addressOf(looping()), undefined],
  ["another protocol", "http", () => addressOf(speaking("SSH-2.0-OpenSSH_9.0\r\n")), undefined],
  [
    "a header without end",
    "http",
    () => addressOf(speaking(`HTTP/1.1 200 OK\r\nx: ${"y".repeat(200_000)}`)),
    /HEADERS_OVERFLOW/,
  ],
];

it.each(wrong)("of a base URL with %s it is said which provider it is, and where", async (...row) => {
  const [, scheme, serve, reason] = row;
  const address = await serve();
  const baseUrl = `${scheme}://${address}/v1`;
  for (const provider of [
    createOpenAiProvider({ name: "mine", apiKey: "sk-secret", baseUrl }),
    createAnthropicProvider({ name: "mine", apiKey: "sk-secret", baseUrl }),
  ]) {
    const { error } = await collect(provider);
    // It never reached a model: with an address nothing is counted as sent.
    expect(error).toMatchObject({
      code: "provider_unavailable",
      message: "The model provider mine cannot be reached.",
      address: address.includes(":") ? address : `${address}:80`,
      ...(reason && { reason: expect.stringMatching(reason) }),
    });
    expect(JSON.stringify(error)).not.toMatch(/secret/i);
  }
});

it("an answer whose connection is lost has broken off: it was sent, and may be on the bill", async () => {
  const head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n";
  const said = `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: "Half" } }] })}\n\n`;
  const baseUrl = `http://${await addressOf(speaking(`${head}${said.length.toString(16)}\r\n${said}\r\n`))}`;
  const { text, error } = await collect(createOpenAiProvider({ baseUrl }));
  expect(text).toBe("Half");
  expect(error).toMatchObject({
    code: "provider_unavailable",
    message: "The model provider's answer broke off.",
    retryable: true,
    reason: "UND_ERR_SOCKET",
    address: undefined,
  });
});
