import { afterAll, beforeAll, expect, test } from "vitest";
import { newId } from "./ids.ts";
import { listReplies } from "./replies.ts";
import { searchMessages } from "./search.ts";
import { findSimilarMessages } from "./similar.ts";
import { openScene, type Person, replyOf, type Scene } from "./testing/scene.fixture.ts";

let scene: Scene;
let ada: Person;
let eve: Person;
beforeAll(async () => {
  scene = await openScene();
  ada = await scene.person(1_000_000);
  eve = await scene.person(1_000_000);
});
afterAll(() => scene.close());

/** Messages of a person with these contents, an SQL expression of `i`, at positions from `first`. */
const store = (who: Person, content: string, first: number, last: number) =>
  scene.rows(`insert into messages (id, owner_id, conversation_id, position, role, content)
    select '${newId()}' || i, '${who.id}', '${who.conversationId}', i, 'user', ${content}
    from generate_series(${first}, ${last}) as i`);

const find = async (who: Person, q: string) =>
  (await searchMessages(scene.database, who.id, { q, limit: 100 })).map(({ message }) => message.content);

const similar = async (who: Person, q: string, k: number) => {
  const { found } = await findSimilarMessages(scene.database, who.id, { q, k, embedding: undefined });
  return found.map(({ row }) => row.content);
};

test("what is asked of the index for a phrase finds all that the phrase finds", async () => {
  const rows = await scene.rows<{ q: string; loose: string; lost: number }>(`
    select q, without_phrases(asked)::text as loose, (select count(*)::int
      from unnest(array['b a c', 'a b', 'a b c', 'a x b', 'c', 'd e', '']) as t
      where to_tsvector('simple', t) @@ asked and not to_tsvector('simple', t) @@ without_phrases(asked)) as lost
    from unnest(array['"a b"', 'c "a b" -d', '"a b" or "d e"', 'c -"a b"', '-"a b"', '"a b" -"b c"', 'a -b', '"a/<->b c"']) as q,
    lateral websearch_to_tsquery('simple', q) as asked`);
  expect(rows.map(({ lost }) => lost)).toEqual(rows.map(() => 0));
  const loose = Object.fromEntries(rows.map((row) => [row.q, row.loose]));
  expect(loose['"a b"']).toBe("'a' & 'b'");
  expect(loose['"a b" -"b c"']).toBe("'a' & 'b'");
  expect(loose["a -b"]).toBe("'a' & !'b'");
  expect(loose['-"a b"']).toBe("!( 'a' <-> 'b' )");
});

test("a phrase of words that are in more texts than are read is found among the newest", async () => {
  await store(ada, "'apart lies the one from the other ' || i", 1_001, 13_000);
  await store(ada, "'the one apart'", 13_001, 13_001);
  await store(eve, "'the one apart'", 1_001, 1_001);
  expect(await find(ada, '"one apart"')).toEqual(["the one apart"]);
  expect(await find(ada, '"one apart" -the')).toEqual([]);
  expect(await find(ada, '"other apart"')).toEqual([]);
  const [{ count } = { count: 0 }] = await scene.rows<{ count: number }>(`
    select count(*)::int from message_hits('${ada.id}', null, query_of('"from the other"'), 0, '{}')`);
  expect(count).toBe(1_000);
});

test("similar texts are found by the words that are rare; frequent ones stand for themselves", async () => {
  await store(ada, "'a hippopotamus in an old text'", 900, 900);
  const [asked] = await scene.rows<{ every: string; rare: string }>(
    `select every::text, rare::text from similar_queries('${ada.id}', 'message', 'other hippopotamus text')`,
  );
  expect(asked?.every).toContain("'other'");
  expect(asked?.rare).toContain("'hippopotamus'");
  expect(asked?.rare).not.toContain("other");
  expect((await similar(ada, "other hippopotamus text", 3))[0]).toBe("a hippopotamus in an old text");
  const ofFrequentWords = await similar(ada, "one other zzyzx", 5);
  expect(ofFrequentWords).toHaveLength(5);
  for (const content of ofFrequentWords) expect(content).toMatch(/^apart lies/);
  expect(await similar(eve, "one other", 5)).toEqual(["the one apart"]);
});

test("of a long text the part that has the most of the words is shown, with its marks", async () => {
  const text = "repeat('concat Übermut ', 1000) || 'a <marmot> sleeps' || repeat(' dogma', 2000)";
  await store(ada, text, 20_001, 20_001);
  await store(eve, text, 20_001, 20_001);
  const marks = async (q: string) => {
    const found = await searchMessages(scene.database, ada.id, { q, limit: 5 });
    expect(found.map(({ message }) => message.ownerId)).toEqual([ada.id]);
    const [{ snippet, highlights } = { snippet: "", highlights: [] }] = found;
    return new Set(highlights.map(({ start, end }) => [...snippet].slice(start, end).join("")));
  };
  expect(await marks("concat")).toEqual(new Set(["concat"]));
  expect(await marks("marmot dogma")).toEqual(new Set(["marmot", "dogma"]));
  expect(await marks('"a marmot sleeps"')).toEqual(new Set(["a", "marmot", "sleeps"]));
});

test("failed and cancelled replies are listed, of the conversation's owner only", async () => {
  const { id: replyId } = replyOf(await ada.send({ content: "Wait" }));
  await scene.rows(`update replies set status = 'cancelled', finished_at = now() where id = '${replyId}'`);
  const listed = async (who: Person, status: "queued" | "completed" | "failed" | "cancelled") => {
    const page = { status, order: "desc", limit: 10 } as const;
    const rows = await listReplies(scene.database, who.id, ada.conversationId, page);
    return rows?.map(({ id }) => id);
  };
  expect(await listed(ada, "cancelled")).toEqual([replyId]);
  for (const status of ["queued", "completed", "failed"] as const)
    expect(await listed(ada, status)).toEqual([]);
  expect(await listed(eve, "cancelled")).toBeUndefined();
  const { id: waiting } = replyOf(await ada.send({ content: "Wait again" }));
  expect(await listed(ada, "queued")).toEqual([waiting]);
});
