import { beforeAll, describe, expect, it } from "vitest";
import { signUp, startConversation, type User } from "./client.ts";

let ada: User;
let eve: User;
beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
});

/** Imports a message, which nobody answers. */
async function say(user: User, conversationId: string, content: string): Promise<string> {
  const body = { content, role: "assistant" };
  return (await user.expect("sendMessage", 201, { params: { conversationId }, body })).message.id;
}

async function found(user: User, q: string, more: object = {}) {
  const { data } = await user.expect("searchMessages", 200, { query: { q, ...more } });
  return data.map(({ message }) => message.content);
}

function newest(user: User, query: Record<string, string | number> = {}) {
  return user.expect("searchMessages", 200, { query });
}

describe("searching messages", () => {
  it("finds the caller's in every conversation, with what matches", async () => {
    const garden = await startConversation(ada, { title: "Garden" });
    const kitchen = await startConversation(ada);
    await say(ada, garden, "Plant the rhubarb in April");
    await say(ada, kitchen, "Rhubarb <i>crumble</i> & cream");
    await say(eve, await startConversation(eve), "Eve's rhubarb");
    const { data } = await ada.expect("searchMessages", 200, { query: { q: "rhubarb" } });
    expect(data.map(({ conversationTitle }) => conversationTitle).sort()).toEqual([
      "Garden",
      "Rhubarb crumble & cream",
    ]);
    for (const { snippet, highlights } of data) {
      const marked = highlights.map(({ start, end }) => [...snippet].slice(start, end).join(""));
      expect(marked.map((word) => word.toLowerCase())).toEqual(["rhubarb"]);
    }
    expect(await found(ada, "rhubarb", { role: "user" })).toEqual([]);
    expect(await found(eve, "rhubarb")).toEqual(["Eve's rhubarb"]);
    expect(await found(ada, "rubarb crumble")).toEqual(["Rhubarb <i>crumble</i> & cream"]);
    expect(await found(ada, "hubar")).toHaveLength(2);
  });

  it("finds what is between angle brackets, and shows them", async () => {
    for (const user of [ada, eve]) {
      await say(user, await startConversation(user), "Keep a Queue<Penguin> of them");
    }
    for (const q of ["Queue<Penguin>", "them Penguin", '"a Queue<Penguin>"']) {
      const { data } = await ada.expect("searchMessages", 200, { query: { q } });
      expect(data.map(({ snippet }) => snippet)).toEqual(["Keep a Queue<Penguin> of them"]);
    }
  });

  it("without a query lists all of the caller's, newest first, page by page", async () => {
    const [leo, mia] = await Promise.all([signUp(), signUp()]);
    const [first, second, gone] = [
      await startConversation(leo, { title: "First" }),
      await startConversation(leo),
      await startConversation(leo),
    ];
    for (const conversationId of [first, second, gone, first, second])
      await say(leo, conversationId, `in ${[first, second, gone].indexOf(conversationId)}`);
    const deleted = await say(leo, first, "deleted");
    await leo.expect("deleteMessage", 204, { params: { conversationId: first, messageId: deleted } });
    await leo.expect("deleteConversation", 204, { params: { conversationId: gone } });
    const seen: string[] = [];
    let cursor: string | null = null;
    do {
      const query = { limit: 3, ...(cursor && { cursor }) };
      const page: Awaited<ReturnType<typeof newest>> = await newest(leo, query);
      seen.push(...page.data.map(({ conversationTitle, snippet }) => `${conversationTitle}: ${snippet}`));
      expect(page.data.flatMap(({ highlights }) => highlights)).toEqual([]);
      cursor = page.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual(["in 1: in 1", "First: in 0", "in 1: in 1", "First: in 0"]);
    expect((await newest(leo, { role: "user" })).data).toEqual([]);
    expect((await newest(mia)).data).toEqual([]);
    const { nextCursor } = await newest(leo, { limit: 1 });
    await leo.refused("searchMessages", 400, { query: { q: "in", cursor: String(nextCursor) } });
  });

  it("goes on page by page, for the same search only", async () => {
    const conversationId = await startConversation(ada);
    for (const word of ["one", "two", "three"]) await say(ada, conversationId, `quokka ${word}`);
    const seen: (string | null)[] = [];
    let cursor: string | null | undefined;
    do {
      const query: Record<string, string | number> = { q: "quokka", limit: 2, ...(cursor && { cursor }) };
      const page = await ada.expect("searchMessages", 200, { query });
      seen.push(...page.data.map(({ message }) => message.content));
      if (cursor === undefined && page.nextCursor !== null) {
        const other = { q: "rhubarb", limit: 2, cursor: page.nextCursor };
        expect((await ada.refused("searchMessages", 400, { query: other })).errors?.[0]?.path).toBe(
          "query.cursor",
        );
        expect((await eve.expect("searchMessages", 200, { query: { ...other, q: "quokka" } })).data).toEqual(
          [],
        );
      }
      cursor = page.nextCursor;
    } while (cursor);
    expect(seen.sort()).toEqual(["quokka one", "quokka three", "quokka two"]);
  });

  it("takes any text but a blank or endless one", async () => {
    for (const q of ["'", '"', "a & !(", "%", "\\", ":*", "\u{1F33B}"]) await found(ada, q);
    for (const query of [{ q: "" }, { q: " " }, { q: "x".repeat(257) }, { q: "x", role: "system" }]) {
      await ada.refused("searchMessages", 400, { query: query as Record<string, string> });
    }
  });
});

describe("searching conversations", () => {
  it("by relevance looks into titles and messages of the caller's", async () => {
    const titled = await startConversation(ada, { title: "Marmalade recipes" });
    const told = await startConversation(ada, { title: "Other" });
    const messageId = await say(ada, told, "Oranges make marmalade");
    await startConversation(eve, { title: "Marmalade of Eve" });
    const query = { q: "marmalade", sort: "relevance" };
    const { data } = await ada.expect("listConversations", 200, { query });
    expect(data.map(({ id, match }) => [id, match?.messageId])).toEqual([
      [titled, null],
      [told, messageId],
    ]);
    const literal = await ada.expect("listConversations", 200, { query: { q: "marmalade" } });
    expect(literal.data.map(({ id, match }) => [id, match])).toEqual([[titled, undefined]]);
  });

  it("by relevance needs a text", async () => {
    const { errors } = await ada.refused("listConversations", 400, { query: { sort: "relevance" } });
    expect(errors?.[0]?.path).toBe("query.q");
    const query = { sort: "relevance", q: "x", status: "deleted" };
    await ada.refused("listConversations", 400, { query });
  });
});

describe("similar texts", () => {
  it("are ranked by words where there are no embeddings, and the answer says so", async () => {
    const conversationId = await startConversation(ada);
    await say(ada, conversationId, "Hedgehogs sleep through the winter");
    await say(ada, conversationId, "Winter is cold");
    await say(eve, await startConversation(eve), "Hedgehogs sleep through the winter");
    const query = { q: "do hedgehogs sleep in winter", k: 1 };
    const { ranking, data } = await ada.expect("findSimilarMessages", 200, { query });
    expect(ranking).toBe("lexical");
    expect(data.map(({ message }) => [message.conversationId, message.content])).toEqual([
      [conversationId, "Hedgehogs sleep through the winter"],
    ]);
    for (const k of [0, 101, "1e1"]) await ada.refused("findSimilarMessages", 400, { query: { q: "x", k } });
  });

  it("of notes likewise, beside the note of an id", async () => {
    for (const user of [ada, eve]) {
      await user.expect("createNote", 201, {
        body: { title: "Bees", content: "Bees dance to tell the way" },
      });
    }
    const { ranking, data } = await ada.expect("findSimilarNotes", 200, {
      query: { q: "why do bees dance" },
    });
    expect([ranking, data.length, data[0]?.note.title]).toEqual(["lexical", 1, "Bees"]);
  });
});
