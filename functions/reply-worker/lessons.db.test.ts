import { newId } from "@parley/data/ids";
import { findLessons, forgetLessons, keepLessons } from "@parley/data/model-lessons";
import { createNote } from "@parley/data/notes";
import { openScene, replyOf, type Scene, unexplained } from "@parley/data/testing/scene.fixture";
import { replay } from "@parley/llm/fixtures/replay";
import { createLessonBook, serverMarks } from "@parley/llm/lessons";
import { availableModels } from "@parley/llm/models";
import { createProviders } from "@parley/llm/providers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { answered, workerOf } from "./worker.fixture.ts";

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(async () => {
  expect(await scene.rows(unexplained)).toEqual([]);
  await scene.close();
});

const refusal = (name: string) => ({
  detail: [{ loc: ["body", name], msg: "Extra inputs are not permitted" }],
});
const other = "http://models.test/v1";
const parameters = ["temperature"] as const;

/** A server that refuses these parts of a request, and what each of its calls was: the part it refused, or nothing. */
function serverOf(...parts: string[]) {
  const good = replay("openai/complete");
  const calls: (string | undefined)[] = [];
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const body = (await new Request(input, init).json()) as object;
    const refused = parts.find((part) => part in body);
    calls.push(refused);
    return refused === undefined ? good.fetch(input, init) : Response.json(refusal(refused), { status: 422 });
  };
  /** A worker as fresh as its environment. */
  const environment = (openaiBaseUrl = other) => {
    const sources = { openaiBaseUrl };
    const lessons = createLessonBook(serverMarks(sources));
    const { worker } = workerOf(scene.database, []);
    const models = availableModels({ ...sources, includeScripted: false });
    return { ...worker, lessons, models, providers: createProviders({ ...sources, fetch, lessons }) };
  };
  return { calls: () => calls.splice(0), environment };
}

async function ask(
  worker: ReturnType<ReturnType<typeof serverOf>["environment"]>,
  model: string,
  temperature?: number,
) {
  const ada = await scene.person();
  await createNote(scene.database, { ownerId: ada.id, noteId: newId(), content: "Tomatoes on Mondays." });
  const terms = { contextTokens: 100_000, maxOutputTokens: 1_000, priceFlat: 100, parameters };
  const settings = temperature === undefined ? {} : { temperature };
  const { id } = replyOf(
    await ada.send({ content: "Tomatoes?", model, models: { [model]: terms }, settings }),
  );
  const reply = await answered(worker, ada.id, id);
  await Promise.all(worker.background);
  return reply;
}

test("what a server refused is paid for once, whichever environment asks, until an admin takes it back", async () => {
  const model = "openai/taught";
  const server = serverOf("stream_options", "tools", "temperature");
  expect(await ask(server.environment(), model, 0.7)).toMatchObject({ status: "completed" });
  expect(server.calls().filter(Boolean).sort()).toEqual(["stream_options", "temperature", "tools"]);
  const [fresh, warm] = [server.environment(), server.environment()];
  for (const worker of [fresh, warm]) {
    expect(await ask(worker, model, 0.7)).toMatchObject({ status: "completed", attempt: 1 });
  }
  expect(server.calls()).toEqual([undefined, undefined]);
  // Nor does anything of it hold for the server's other models.
  await ask(fresh, "openai/another");
  expect(server.calls().filter(Boolean).sort()).toEqual(["stream_options", "tools"]);

  const admin = { adminId: newId(), requestId: "r", modelId: model };
  await forgetLessons(scene.database, admin);
  await forgetLessons(scene.database, admin);
  expect(await scene.rows(`select details from admin_actions where admin_id = '${admin.adminId}'`)).toEqual([
    { details: { model } },
  ]);
  // The one that had learnt it in its memory asks again as well.
  await ask(warm, model);
  expect(server.calls().filter(Boolean).sort()).toEqual(["stream_options", "tools"]);
});

test("what another server taught under the same name is not heeded", async () => {
  const model = "openai/moved";
  const strict = serverOf("stream_options");
  await ask(strict.environment(), model);
  const lax = serverOf();
  await ask(lax.environment("http://others.test/v1"), model);
  const [learnt] = [await findLessons(scene.database, model)];
  expect(learnt?.learnt).toEqual({ withoutUsage: true });
  // Had it been heeded, the server's own count would be missing: its recording says 21 read.
  expect(await ask(lax.environment("http://others.test/v1"), model)).toMatchObject({ inputTokens: 21 });
  // Nor is it under another way of asking the same one.
  const marks = [{}, { sendsUsage: false }].map((way) =>
    serverMarks({ named: [{ name: "a", kind: "openai", baseUrl: other, models: [], ...way }] }).get("a"),
  );
  expect(new Set(marks).size).toBe(2);
});

test("workers that learn at once keep all that each has learnt", async () => {
  const model = "openai/raced";
  const lessons = [
    { withoutUsage: true },
    { withoutTools: true },
    { maxOutputTokens: 512 },
    ...Array.from({ length: 9 }, (_, tenths) => ({ refused: [`temperature=0.${tenths}`] })),
  ] as const;
  await Promise.all(lessons.map((learnt) => keepLessons(scene.database, model, { server: "a", learnt })));
  const row = await findLessons(scene.database, model);
  expect(row).toMatchObject({
    version: lessons.length,
    learnt: { withoutUsage: true, withoutTools: true, maxOutputTokens: 512 },
  });
  expect(row?.learnt.refused?.toSorted()).toEqual(
    Array.from({ length: 9 }, (_, tenths) => `temperature=0.${tenths}`),
  );
  // Of many the latest are kept, and another server's begin anew.
  const many = Array.from({ length: 40 }, (_, place) => `topP=${place}`);
  for (const refused of many) {
    await keepLessons(scene.database, model, { server: "a", learnt: { refused: [refused] } });
  }
  expect((await findLessons(scene.database, model))?.learnt.refused).toEqual(many.slice(-32));
  await keepLessons(scene.database, model, { server: "b", learnt: { withoutTools: true } });
  expect((await findLessons(scene.database, model))?.learnt).toEqual({ withoutTools: true });
});

test("a worker that dies over the answer has left what it learnt", async () => {
  const model = "openai/killed";
  const server = serverOf("stream_options");
  const dying = server.environment();
  const { stream } = dying.providers.get("openai");
  const providers = {
    get: () => ({
      async *stream(...asked: Parameters<typeof stream>) {
        for await (const event of stream(...asked)) {
          yield event;
          await new Promise(() => {});
        }
      },
    }),
  };
  void ask({ ...dying, providers }, model);
  await expect.poll(() => findLessons(scene.database, model)).toMatchObject({ version: 1 });
  expect(server.calls()).toEqual(["stream_options", undefined]);
  await ask(server.environment(), model);
  expect(server.calls()).toEqual([undefined]);
});

test("a database that keeps nothing costs no answer, and is told again", async () => {
  const model = "openai/unkept";
  const server = serverOf("stream_options");
  const worker = server.environment();
  await scene.rows("alter table model_lessons rename to gone");
  await scene.rows("create view model_lessons as select distinct * from gone");
  expect(await ask(worker, model)).toMatchObject({ status: "completed", attempt: 2 });
  await scene.rows("drop view model_lessons");
  await scene.rows("alter table gone rename to model_lessons");
  expect(await findLessons(scene.database, model)).toBeUndefined();
  await ask(worker, model);
  expect(server.calls()).toEqual(["stream_options", undefined, undefined]);
  expect(await findLessons(scene.database, model)).toMatchObject({ learnt: { withoutUsage: true } });
});
