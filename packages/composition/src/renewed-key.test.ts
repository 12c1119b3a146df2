import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import {
  type SecretsManager,
  startSecretsManager,
} from "@parley/local/secrets-manager/start-secrets-manager";
import { afterEach, beforeEach, expect, test, vi } from "vitest";

let manager: SecretsManager;
let provider: Server;
let accepted = "";
let keys: (string | undefined)[] = [];

beforeEach(async () => {
  manager = await startSecretsManager();
  keys = [];
  provider = createServer((request, response) => {
    const key = request.headers.authorization?.replace("Bearer ", "");
    keys.push(key);
    response.writeHead(key === accepted ? 200 : 401, { "content-type": "application/json" });
    response.end(JSON.stringify({ data: [{ index: 0, embedding: [1, 0] }] }));
  });
  await new Promise<void>((resolve) => provider.listen(0, "127.0.0.1", resolve));
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", manager.endpoint);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("SECRET_ID", "parley/dev");
  vi.resetModules();
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await manager.close();
  await new Promise((resolve) => provider.close(resolve));
});

async function embedder() {
  manager.put(JSON.stringify({ embeddingApiKey: "old" }));
  const { loadSecrets } = await import("@parley/runtime/secrets");
  const { embedderOf } = await import("./embedder.ts");
  const { port } = provider.address() as AddressInfo;
  const settings = { EMBEDDING_MODEL: "m", EMBEDDING_DIMENSIONS: 2 };
  const made = embedderOf(
    { ...settings, EMBEDDING_BASE_URL: `http://127.0.0.1:${port}/v1`, OPENAI_BASE_URL: undefined },
    await loadSecrets(),
  );
  if (made === undefined) throw new Error("No embedder.");
  return made;
}

const signal = AbortSignal.timeout(20_000);

test("a provider's key that is refused is fetched again and tried once more", async () => {
  accepted = "old";
  const { embed } = await embedder();
  await embed(["a"], signal);
  accepted = "new";
  manager.put(JSON.stringify({ embeddingApiKey: "new" }));
  const both = await Promise.all([embed(["a"], signal), embed(["b"], signal)]);
  expect(both).toEqual([[[1, 0]], [[1, 0]]]);
  expect(keys.toSorted()).toEqual(["new", "new", "old", "old", "old"]);
  expect(manager.requests).toHaveLength(2);
});

test("one that is the same still is not tried again", async () => {
  accepted = "another";
  const { embed } = await embedder();
  for (let count = 0; count < 3; count++) {
    await expect(embed(["a"], signal)).rejects.toMatchObject({ code: "provider_rejected", status: 401 });
  }
  expect(keys).toEqual(["old", "old", "old"]);
  expect(manager.requests).toHaveLength(2);
});
