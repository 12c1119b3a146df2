import { createConversation } from "@parley/contract/schemas/conversation";
import { sendMessage } from "@parley/contract/schemas/message";
import { describe, expect, it } from "vitest";
import { ConversionError, type Converted, convertChatGpt, convertOpenWebUi } from "./convert.ts";

const text = (role: string, parts: unknown[], more: object = {}) => ({
  author: { role, name: null },
  create_time: 1_700_000_000.5,
  content: { content_type: "text", parts },
  metadata: {},
  ...more,
});

/** A tree of one branch; each message follows the one before. */
function chatGpt(messages: unknown[], more: object = {}) {
  const entries = messages.map((message, index) => [
    `n${index}`,
    { id: `n${index}`, message, parent: index === 0 ? null : `n${index - 1}`, children: [`n${index + 1}`] },
  ]);
  const current_node = `n${messages.length - 1}`;
  return { title: "Locks", mapping: Object.fromEntries(entries), current_node, ...more };
}

const chat = (messages: Record<string, object>, currentId: unknown, more: object = {}) => ({
  id: "c1",
  title: "Locks",
  chat: { history: { messages, currentId }, ...more },
});

const only = ({ conversations: [first], faults }: Converted) => {
  expect(faults).toEqual([]);
  if (first === undefined) throw new Error("Nothing was converted.");
  return first;
};
const said = (converted: Converted) => only(converted).messages.map(({ role, content }) => [role, content]);

/** What is converted is what the API takes. */
function acceptable({ conversations }: Converted): boolean {
  return conversations.every(
    ({ conversation, messages }) =>
      createConversation.safeParse(conversation).success &&
      messages.every((message) => sendMessage.safeParse(message).success),
  );
}

describe("an export of ChatGPT", () => {
  it("becomes its present branch, with its system texts apart", () => {
    const exported = chatGpt(
      [
        null,
        text("system", ["Be brief."]),
        text("user", ["What is a lock?"]),
        text("assistant", ["It lifts boats."], { metadata: { model_slug: "gpt-4o" } }),
      ],
      { conversation_id: "abc", create_time: 1_700_000_000, is_archived: true },
    );
    const other = { id: "x", message: text("assistant", ["Of a door?"]), parent: "n2", children: [] };
    const converted = convertChatGpt([{ ...exported, mapping: { ...exported.mapping, x: other } }]);
    expect(only(converted)).toEqual({
      conversation: {
        title: "Locks",
        systemPrompt: "Be brief.",
        tags: [],
        metadata: {
          source: "chatgpt",
          sourceId: "abc",
          createdAt: "2023-11-14T22:13:20.000Z",
          archived: true,
        },
      },
      messages: [
        { role: "user", content: "What is a lock?", metadata: { createdAt: "2023-11-14T22:13:20.500Z" } },
        {
          role: "assistant",
          content: "It lifts boats.",
          metadata: { createdAt: "2023-11-14T22:13:20.500Z", model: "gpt-4o" },
        },
      ],
    });
    expect(acceptable(converted)).toBe(true);
  });

  it("notes pictures, files and tools, and leaves out what was only thought", () => {
    const image = { content_type: "image_asset_pointer", asset_pointer: "file-service://a" };
    const python = { author: { role: "tool", name: "python" }, metadata: {} };
    const messages = [
      text("user", [], { content: { content_type: "user_editable_context", user_instructions: "Rhyme." } }),
      text("system", [""], {
        metadata: { is_user_system_message: true, user_context_message_data: { about_user_message: "Ada" } },
      }),
      text("user", [image, "What is this?"], { metadata: { attachments: [{ name: "a.png" }] } }),
      text("assistant", [], { content: { content_type: "thoughts", thoughts: [{ content: "Hm." }] } }),
      text("assistant", [], { content: { content_type: "code", text: "print('```')" } }),
      { ...python, content: { content_type: "execution_output", text: "```" } },
      text("assistant", ["A lock\ue200cite\ue202turn0search0\ue201."]),
      text("user", ["Hidden"], { metadata: { is_visually_hidden_from_conversation: true } }),
    ];
    const converted = convertChatGpt(chatGpt(messages));
    expect(only(converted).conversation.systemPrompt).toBe("Rhyme.\n\nAda");
    expect(said(converted)).toEqual([
      ["user", "[File: a.png]\n\n[Image]\n\nWhat is this?"],
      ["assistant", "````\nprint('```')\n````\n\n[Tool: python]\n\n````\n```\n````\n\nA lock."],
    ]);
  });

  it("goes on with the other conversations where one cannot be read", () => {
    const good = chatGpt([text("user", ["Hello"])]);
    const cycle = { mapping: { a: { parent: "b" }, b: { parent: "a" } }, current_node: "a" };
    const broken = [
      cycle,
      { mapping: { a: { parent: "gone" } }, current_node: "a" },
      { mapping: { a: 1 }, current_node: "a" },
      { mapping: {}, current_node: "__proto__" },
      { mapping: { a: { parent: 7 } }, current_node: "a" },
      chatGpt(Array.from({ length: 10_001 }, () => null)),
      chatGpt([{ author: null }]),
      null,
    ];
    const { conversations, faults } = convertChatGpt([...broken, good]);
    expect(conversations).toHaveLength(1);
    expect(faults.map(({ fault }) => fault)).toEqual([
      "cycle",
      "missing-parent",
      "wrong-type",
      "missing-parent",
      "wrong-type",
      "too-many-messages",
      "wrong-type",
      "wrong-type",
    ]);
    expect(faults.map(({ index }) => index)).toEqual([...broken.keys()]);
  });
});

describe("an export of Open WebUI", () => {
  const messages = {
    a: { id: "a", parentId: null, role: "user", content: "What is a lock?", timestamp: 1_700_000_000 },
    b: { id: "b", parentId: "a", role: "assistant", content: "Of a door?" },
    c: {
      ...{ id: "c", parentId: "a", role: "assistant", model: "llama3.3", files: [{ type: "image" }] },
      content: '<details type="reasoning" done="true">Hm.</details>\nIt lifts boats.',
    },
  };

  it("becomes its present branch, with its system text, tags and times", () => {
    const converted = convertOpenWebUi([
      {
        ...chat(messages, "c", { params: { system: "Be brief." }, tags: [{ name: "canal" }] }),
        meta: { tags: ["canal", "boats"] },
        created_at: 1_700_000_000,
        archived: false,
      },
    ]);
    expect(only(converted)).toEqual({
      conversation: {
        title: "Locks",
        systemPrompt: "Be brief.",
        tags: ["canal", "boats"],
        metadata: { source: "open-webui", sourceId: "c1", createdAt: "2023-11-14T22:13:20.000Z" },
      },
      messages: [
        { role: "user", content: "What is a lock?", metadata: { createdAt: "2023-11-14T22:13:20.000Z" } },
        { role: "assistant", content: "[Image]\n\n\nIt lifts boats.", metadata: { model: "llama3.3" } },
      ],
    });
    expect(acceptable(converted)).toBe(true);
  });

  it("may be a chat alone, or have a list of messages and no tree", () => {
    const parts = [{ type: "image_url" }, { type: "text", text: "What is this?" }];
    const converted = convertOpenWebUi({ title: "Old", messages: [{ role: "user", content: parts }] });
    expect(said(converted)).toEqual([["user", "[Image]\n\nWhat is this?"]]);
    expect(only(convertOpenWebUi(chat({}, null))).messages).toEqual([]);
  });

  it("is refused in words where it is broken", () => {
    const faultOf = (one: unknown) => convertOpenWebUi([one]).faults[0]?.fault;
    expect(faultOf(chat({ a: { parentId: "a" } }, "a"))).toBe("cycle");
    expect(faultOf(chat({}, "a"))).toBe("missing-parent");
    expect(faultOf(chat({}, 5))).toBe("wrong-type");
    expect(faultOf({ chat: { messages: [1] } })).toBe("wrong-type");
  });
});

describe.each([
  ["ChatGPT", convertChatGpt, (content: string) => chatGpt([text("user", [content])])],
  [
    "Open WebUI",
    convertOpenWebUi,
    (content: string) => chat({ a: { role: "user", parentId: null, content } }, "a"),
  ],
] as const)("what stands in an export of %s", (_, convert, exportOf) => {
  it("may be huge or hostile", () => {
    const hostile = [
      `${"word ".repeat(20_000)}\n${"👋".repeat(40_000)}`,
      '<details type="reasoning"'.repeat(100_000),
      "\ue200".repeat(2_000_000),
      " \n".repeat(1_000_000),
      "a\0b\ud800c",
      "`".repeat(1_000_000),
    ];
    for (const content of hostile) {
      const converted = convert([{ ...exportOf(content), title: content, create_time: 1e300 }]);
      expect(converted.faults).toEqual([]);
      expect(acceptable(converted)).toBe(true);
    }
    const [first] = hostile;
    const whole = only(convert(exportOf(String(first)))).messages.map(({ content }) => content);
    expect(whole.join("").replaceAll(/\s/g, "")).toBe(String(first).replaceAll(/\s/g, ""));
  });

  it.each([null, 1, "text", {}, [[]], [1, null], { mapping: [] }])("is not %j", (data) => {
    expect(() => convert(data)).toThrow(ConversionError);
  });

  it("may be nothing", () => {
    expect(convert([])).toEqual({ conversations: [], faults: [] });
  });
});
