import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "vitest";
import { readSettings } from "../settings.ts";
import { silentServers } from "./model-server.ts";

test("a server of models that does not answer is named, with its port and why; one that does is not", async () => {
  const server = createServer((_request, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const settings = readSettings({
    OPENAI_BASE_URL: `http://127.0.0.1:${port}/v1`,
    ANTHROPIC_BASE_URL: `http://127.0.0.1:${port}`,
  });
  expect(await silentServers(settings)).toEqual([]);
  await new Promise((resolve) => server.close(resolve));
  expect(await silentServers({ ...settings, ANTHROPIC_BASE_URL: undefined })).toEqual([
    `WARN Nothing answers at OPENAI_BASE_URL, 127.0.0.1:${port} (ECONNREFUSED); replies will fail until it does.`,
  ]);
});
