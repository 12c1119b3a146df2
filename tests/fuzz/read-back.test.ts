import fc from "fast-check";
import { beforeAll, expect, it } from "vitest";
import { signUp, startConversation, type User } from "../e2e/client.ts";
import { anyText } from "./arbitrary-of-schema.ts";

const numRuns = Number(process.env.FUZZ_RUNS ?? 25);
const seed = Number(process.env.FUZZ_SEED ?? 20_261_121);

let user: User;

beforeAll(async () => {
  user = await signUp();
});

/** UTF-8, so that a difference shows that a normal form or an editor would hide. */
const bytes = (text: string | null | undefined) => Buffer.from(text ?? "").toString("hex");

it("gives back a message byte by byte, from the store, the list and the cache", async () => {
  const conversationId = await startConversation(user);
  await fc.assert(
    fc.asyncProperty(anyText(), async (content) => {
      const params = { conversationId };
      const sent = await user.expect("sendMessage", 201, { params, body: { content, role: "assistant" } });
      expect(bytes(sent.message.content)).toBe(bytes(content));
      const one = await user.expect("getMessage", 200, { params: { ...params, messageId: sent.message.id } });
      expect(bytes(one.content)).toBe(bytes(content));
      for (let count = 0; count < 2; count++) {
        const page = await user.expect("listMessages", 200, { params });
        expect(bytes(page.data[0]?.content)).toBe(bytes(content));
      }
    }),
    { numRuns, seed },
  );
});

it("gives back what a conversation is called and noted with", async () => {
  const scalar = fc.oneof(anyText(), fc.boolean(), fc.integer());
  const metadata = fc.dictionary(
    anyText(1, 30).filter((key) => key !== "__proto__" && key !== "constructor" && key !== "prototype"),
    scalar,
    { maxKeys: 4 },
  );
  await fc.assert(
    fc.asyncProperty(anyText(1, 100), anyText(), metadata, async (title, systemPrompt, notes) => {
      const body = { title, systemPrompt, metadata: notes };
      const { id } = await user.expect("createConversation", 201, { body });
      const read = await user.expect("getConversation", 200, { params: { conversationId: id } });
      expect([bytes(read.title), bytes(read.systemPrompt)]).toEqual([bytes(title), bytes(systemPrompt)]);
      expect(read.metadata).toEqual(notes);
    }),
    { numRuns, seed },
  );
});
