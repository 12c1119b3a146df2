import { openScene, replyOf, type Scene } from "@parley/data/testing/scene.fixture";
import { captureLog } from "@parley/http/testing/capture-log";
import { replay } from "@parley/llm/fixtures/replay";
import { availableModels } from "@parley/llm/models";
import { createProviders } from "@parley/llm/providers";
import {
  type SecretsManager,
  startSecretsManager,
} from "@parley/local/secrets-manager/start-secrets-manager";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { renewedProviders } from "./renewed-providers.ts";
import { answered, workerOf } from "./worker.fixture.ts";

const model = "openai/gpt-6.1-terra";
const models = { [model]: { contextTokens: 100_000, maxOutputTokens: 1_000, priceFlat: 10 } };
let scene: Scene;
let manager: SecretsManager;

captureLog();

beforeAll(async () => {
  [scene, manager] = await Promise.all([openScene(), startSecretsManager()]);
  vi.stubEnv("AWS_ENDPOINT_URL_SECRETS_MANAGER", manager.endpoint);
  vi.stubEnv("AWS_REGION", "us-east-1");
  vi.stubEnv("AWS_ACCESS_KEY_ID", "local");
  vi.stubEnv("AWS_SECRET_ACCESS_KEY", "local");
  vi.stubEnv("SECRET_ID", "parley/dev");
});
afterAll(async () => {
  vi.unstubAllEnvs();
  await manager.close();
  await scene.close();
});

/**
 * A worker of an environment that has read the key `old`; OpenAI accepts one key, which may be another, and refuses as
 * soon as so many calls have come together.
 */
async function workerWithKeys(openai: { accepts: string; together: number }) {
  manager.put(JSON.stringify({ openaiApiKey: "old" }));
  vi.resetModules();
  const { loadSecrets } = await import("@parley/runtime/secrets");
  const { createRenewable } = await import("@parley/composition/renewable");
  const keys: string[] = [];
  const refusing = Promise.withResolvers<void>();
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const key = (new Request(input, init).headers.get("authorization") ?? "").replace("Bearer ", "");
    keys.push(key);
    if (key === openai.accepts) return replay("openai/complete").fetch(input, init);
    if (keys.length >= openai.together) refusing.resolve();
    await refusing.promise;
    return Response.json({ error: { code: "invalid_api_key" } }, { status: 401 });
  };
  const renewable = createRenewable(await loadSecrets(), ({ openaiApiKey }) =>
    createProviders({ openaiApiKey, fetch }),
  );
  const { worker } = workerOf(scene.database, []);
  const real = {
    ...worker,
    providers: renewedProviders(renewable),
    models: availableModels({ openaiApiKey: "old", includeScripted: false }),
  };
  return { worker: real, keys };
}

test("replies that meet a rotated key are answered with the new one, each call an attempt of its own", async () => {
  const { worker, keys } = await workerWithKeys({ accepts: "new", together: 2 });
  manager.put(JSON.stringify({ openaiApiKey: "new" }));
  const people = await Promise.all([scene.person(), scene.person()]);
  const sent = await Promise.all(people.map(async (person) => replyOf(await person.send({ models, model }))));
  const replies = await Promise.all(people.map(({ id }, at) => answered(worker, id, sent[at]?.id ?? "")));
  expect(replies).toMatchObject([
    { status: "completed", attempt: 2 },
    { status: "completed", attempt: 2 },
  ]);
  expect(keys.toSorted()).toEqual(["new", "new", "old", "old"]);
});

test("a key that is wrong, and not rotated, fails its reply at the first call", async () => {
  const { worker, keys } = await workerWithKeys({ accepts: "another", together: 1 });
  const [ada, eve] = [await scene.person(), await scene.person()];
  for (const person of [ada, eve]) {
    const { id } = replyOf(await person.send({ models, model }));
    expect(await answered(worker, person.id, id)).toMatchObject({
      status: "failed",
      errorCode: "provider_rejected",
      attempt: 1,
    });
  }
  expect(keys).toEqual(["old", "old"]);
});
