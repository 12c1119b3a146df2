import { deleteConversation } from "@parley/data/conversations";
import { newId } from "@parley/data/ids";
import { createNote } from "@parley/data/notes";
import { cancelReply } from "@parley/data/replies";
import { overdueResponses } from "@parley/data/stored-responses";
import { openScene, type Person, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { replay } from "@parley/llm/fixtures/replay";
import { createResponseServer, type ResponseServerOptions } from "@parley/llm/fixtures/response-server";
import { availableModels } from "@parley/llm/models";
import { createProviders } from "@parley/llm/providers";
import { afterAll, beforeAll, beforeEach, expect, test, vi } from "vitest";
import { handleJob } from "./handle-job.ts";
import { answered, workerOf } from "./worker.fixture.ts";

let scene: Scene;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  scene = await openScene();
});
beforeEach(async () => {
  [ada, eve] = [await scene.person(100_000), await scene.person(100_000)];
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  expect(await scene.rows("select * from stored_responses")).toEqual([]);
  await scene.close();
});

const model = "openai/gpt-6.1-terra";
const terms = { contextTokens: 100_000, maxOutputTokens: 1_000, background: true };
const models = { [model]: { ...terms, priceInput: 1_000, priceOutput: 2_000, priceCachedInput: 500 } };
const usage = { inputTokens: 70, cachedInputTokens: 64, outputTokens: 30, reasoningTokens: 20 };
const bought = {
  status: "completed",
  answer: "Pay only once.",
  reasoning: "Hm.",
  ...usage,
  tokensCharged: 98,
};

/** Workers of one provider; each of them can die, after which nothing that it does has any effect. */
function deployment(options?: ResponseServerOptions) {
  const server = createResponseServer(options);
  const sources = { openaiApiKey: "sk" };
  const checks: string[] = [];
  function worker() {
    let isDead = false;
    const { database } = scene;
    const whole = {
      ...workerOf(database, []).worker,
      database: {
        ...database,
        run: ((work) => (isDead ? new Promise(() => {}) : database.run(work))) as typeof database.run,
      },
      providers: createProviders({ ...sources, fetch: server.fetch }),
      models: availableModels({ ...sources, includeScripted: false }),
    };
    whole.queue = {
      ...whole.queue,
      enqueueCheck: async ({ replyId }) => void checks.push(replyId),
    };
    return {
      ...whole,
      die: () => {
        isDead = true;
      },
    };
  }
  return { ...server, worker, checks };
}

const stored = async (replyId: string) =>
  scene.rows<{ response_id: string }>(
    `select response_id from stored_responses where reply_id = '${replyId}'`,
  );
const jobOf = ({ id }: Person, replyId: string, kind: "run" | "check" = "run") =>
  ({ ownerId: id, replyId, requestId: "r", kind }) as const;
const inAMinute = () => Date.now() + 60_000;

/** A worker has bought an answer, written it down, and died. */
async function boughtAndDied(parley: ReturnType<typeof deployment>, person: Person): Promise<string> {
  const { id } = replyOf(await person.send({ model, models }));
  const first = parley.worker();
  void handleJob(first, jobOf(person, id), inAMinute());
  await vi.waitFor(async () => expect(await stored(id)).toHaveLength(1));
  first.die();
  await scene.rows(`update replies set leased_until = now() - interval '1 second' where id = '${id}'`);
  return id;
}

test("an answer is bought once, paid for with what it read and thought, and forgotten by its provider", async () => {
  const parley = deployment();
  const worker = parley.worker();
  const { id } = replyOf(await ada.send({ model, models }));
  expect(await answered(worker, ada.id, id)).toMatchObject({ ...bought, attempt: 1 });
  await Promise.all(worker.background);
  expect(parley.calls).toEqual(["POST /v1/responses", "DELETE /v1/responses/resp_1"]);
  expect(await stored(id)).toEqual([]);
});

test("a worker that takes over reads what the dead one has bought", async () => {
  const parley = deployment({ millisPerWord: 100 });
  const [mine, hers] = await Promise.all([boughtAndDied(parley, ada), boughtAndDied(parley, eve)]);
  await createNote(scene.database, { ownerId: ada.id, noteId: newId(), content: "Written meanwhile." });
  const worker = parley.worker();
  for (const [person, id] of [
    [ada, mine],
    [eve, hers],
  ] as const) {
    expect(await answered(worker, person.id, id)).toMatchObject({ ...bought, attempt: 2 });
  }
  await Promise.all(worker.background);
  expect(parley.made).toHaveLength(2);
  expect(parley.kept.size).toBe(0);
});

const cut = () => new ReadableStream({ start: (stream) => stream.error(new TypeError("terminated")) });

test.each([
  ["answers with an error", () => Response.json({}, { status: 502 })],
  ["breaks off", () => new Response(cut())],
])("a connection that %s costs an attempt, and no other answer", async (_, failure) => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  let calls = 0;
  const parley = deployment({
    millisPerWord: 50,
    instead: ({ method }) => (method === "GET" && calls++ === 0 ? failure() : undefined),
  });
  const id = await boughtAndDied(parley, ada);
  const worker = parley.worker();
  expect(await answered(worker, ada.id, id)).toMatchObject({ ...bought, attempt: 3 });
  expect(parley.made).toHaveLength(1);
  // It is the same answer that is read again: nothing was sent for nothing.
  expect(await scene.rows(`select failed_input_tokens as lost from replies where id = '${id}'`)).toEqual([
    { lost: 0 },
  ]);
  await Promise.all(worker.background);
  vi.restoreAllMocks();
});

test("what its provider no longer has, or has failed at, is bought again, and attempts say so", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  for (const spoil of ["gone", "failed"] as const) {
    const parley = deployment({ millisPerWord: 100 });
    const id = await boughtAndDied(parley, ada);
    const [made] = parley.made;
    if (spoil === "gone") parley.kept.clear();
    else if (made !== undefined) made.status = "failed";
    const worker = parley.worker();
    expect(await answered(worker, ada.id, id)).toMatchObject({ ...bought, attempt: 3 });
    await Promise.all(worker.background);
    expect(parley.made).toHaveLength(2);
    expect(parley.kept.size).toBe(0);
  }
  vi.restoreAllMocks();
});

const away = {
  cancelled: (id: string) => cancelReply(scene.database, ada.id, id),
  "deleted with its conversation": () =>
    deleteConversation(scene.database, {
      ownerId: ada.id,
      conversationId: ada.conversationId,
      expectedVersion: undefined,
    }),
  "erased with its account": () => scene.rows(`delete from users where id = '${ada.id}'`),
};

test.each(Object.entries(away))(
  "of a reply that was %s meanwhile its provider stops, and forgets it",
  async (_, end) => {
    const parley = deployment({ millisPerWord: 30_000 });
    const running = parley.worker();
    const { id } = replyOf(await ada.send({ model, models }));
    const work = handleJob(running, jobOf(ada, id), inAMinute());
    await vi.waitFor(async () => expect(await stored(id)).toHaveLength(1));
    await end(id);
    const dead = await boughtAndDied(parley, eve);
    await handleJob(parley.worker(), jobOf(ada, id, "check"), inAMinute());
    expect(parley.made.map(({ status }) => status)).toEqual(["cancelled", "in_progress"]);
    expect([...parley.kept.keys()]).toEqual(["resp_2"]);
    expect(await stored(id)).toEqual([]);
    await cancelReply(scene.database, eve.id, dead);
    await handleJob(parley.worker(), jobOf(eve, dead, "check"), inAMinute());
    expect(parley.kept.size).toBe(0);
    running.die();
    void work;
  },
);

test("the worker of a reply that was cancelled sends for that at once, and only the reply's own worker buys", async () => {
  const parley = deployment({ millisPerWord: 40 });
  const { id } = replyOf(await ada.send({ model, models }));
  const work = handleJob(parley.worker(), jobOf(ada, id), inAMinute());
  await vi.waitFor(async () => expect(await stored(id)).toHaveLength(1));
  await cancelReply(scene.database, ada.id, id);
  await work;
  expect(parley.checks).toEqual([id]);
  await handleJob(parley.worker(), jobOf(ada, id, "check"), inAMinute());
  expect(parley.kept.size).toBe(0);
});

test("what its provider does not forget is on record, and the sweeper finds it when it is overdue", async () => {
  const parley = deployment({
    instead: ({ method }) => (method === "DELETE" ? Response.json({}, { status: 500 }) : undefined),
  });
  const worker = parley.worker();
  const { id } = replyOf(await ada.send({ model, models }));
  await answered(worker, ada.id, id);
  await Promise.all(worker.background);
  expect(await stored(id)).toHaveLength(1);
  const running = replyOf(await eve.send({ model, models }));
  await scene.rows(
    `insert into stored_responses values ('${eve.id}', '${running.id}', 'resp_x', '${model}')`,
  );
  expect(await overdueResponses(scene.database, 10)).toEqual([]);
  await scene.rows("update stored_responses set created_at = now() - interval '2 hours'");
  expect(await overdueResponses(scene.database, 10)).toEqual([{ ownerId: ada.id, replyId: id }]);
  await scene.rows("update stored_responses set created_at = now() - interval '32 days'");
  expect(await overdueResponses(scene.database, 10)).toEqual([]);
});

test("a reply that may search notes, or whose model was not to, is answered by a chat completion", async () => {
  await createNote(scene.database, { ownerId: ada.id, noteId: newId(), content: "Tomatoes on Mondays." });
  const chat = replay("openai/complete");
  for (const [person, background] of [
    [ada, true],
    [eve, false],
  ] as const) {
    const parley = deployment();
    const fetch: typeof globalThis.fetch = (input, init) =>
      String(input).includes("chat/completions") ? chat.fetch(input, init) : parley.fetch(input, init);
    const worker = { ...parley.worker(), providers: createProviders({ openaiApiKey: "sk", fetch }) };
    const { id } = replyOf(
      await person.send({ model, models: { [model]: { ...terms, background, priceFlat: 5 } } }),
    );
    expect(await answered(worker, person.id, id)).toMatchObject({ status: "completed", attempt: 1 });
    expect(parley.made).toEqual([]);
  }
  expect(chat.requests).toHaveLength(2);
});
