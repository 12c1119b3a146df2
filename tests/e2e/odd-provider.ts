/** What a provider is asked, as far as these answers look at it. */
export interface AskedBody {
  model: string;
  stream: boolean;
  system?: unknown;
  tools?: unknown;
  stream_options?: unknown;
  messages: { role: string; content: unknown; [more: string]: unknown }[];
}

export interface WireAnswer {
  status: number;
  headers: Record<string, string>;
  body: string;
}

const usage = { prompt_tokens: 7, completion_tokens: 3 };

export function streamed(...events: (object | string)[]): WireAnswer {
  const lines = events.map((event) =>
    typeof event === "string" ? event : `data: ${JSON.stringify(event)}\n\n`,
  );
  return { status: 200, headers: { "content-type": "text/event-stream" }, body: lines.join("") };
}

export function json(status: number, body: object): WireAnswer {
  return { status, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

const chunk = (delta: object, finish_reason: string | null = null) => ({
  choices: [{ index: 0, delta, finish_reason }],
});
const done = [chunk({}, "stop"), { choices: [], usage }, "data: [DONE]\n\n"];
const says = (text: string) => streamed(chunk({ content: text }), ...done);

const message = { role: "assistant", content: "Hello you." };
const signed = { extra_content: { google: { thought_signature: "sig" } } };
const called = { name: "search_notes", arguments: { query: "tomato" } };

function isAnswered({ messages }: AskedBody): boolean {
  return messages.some(({ role }) => role === "tool");
}

function searching(body: AskedBody, answer: () => WireAnswer): WireAnswer {
  if (body.tools === undefined)
    return says(JSON.stringify(body.messages.at(-1)?.content).includes("Mondays") ? "On Mondays." : "?");
  return isAnswered(body)
    ? answer()
    : streamed(chunk({ content: null, tool_calls: [{ index: 0, function: called, ...signed }] }), ...done);
}

/** Servers that are not as OpenAI or Anthropic are, by the word that a message asks them with. */
const oddProviders: Readonly<Record<string, (body: AskedBody) => WireAnswer>> = {
  parts: () =>
    streamed(
      "event: ping\n\n",
      "data:\n\n",
      "data: null\n\n",
      chunk({
        content: [
          { type: "thinking", thinking: [] },
          { type: "text", text: "Hello you." },
        ],
      }),
      ...done,
    ),
  miscounts: () =>
    streamed(chunk({ content: "Hello you." }), chunk({}, "stop"), {
      choices: [],
      usage: { prompt_tokens: 10.5, completion_tokens: 3e9 },
    }),
  aborts: () => streamed(chunk({ content: "Half an ans" }), chunk({}, "abort"), "data: [DONE]\n\n"),
  lacks: ({ tools }) =>
    tools === undefined
      ? says("Hello you.")
      : json(500, { error: { message: "tools param requires --jinja flag" } }),
  refuses: ({ stream_options }) =>
    stream_options === undefined
      ? says("Hello you.")
      : json(422, { detail: [{ loc: ["body", "stream_options"], msg: "Extra inputs are not permitted" }] }),
  doubles: (body) =>
    isAnswered(body)
      ? says("On Mondays.")
      : streamed(
          ...["a", "b"].map((id) => chunk({ tool_calls: [{ index: 0, id, function: called }] })),
          ...done,
        ),
  whole: () => json(200, { choices: [{ message, finish_reason: "stop" }], usage }),
  thinks: () =>
    streamed(chunk({ reasoning_content: "Hm.", content: "\n\n" }), chunk({}, "length"), {
      choices: [],
      usage,
    }),
  floods: () =>
    streamed(...Array.from({ length: 33 }, () => chunk({ content: "word ".repeat(200_000) })), ...done),
  overflows: () =>
    streamed({
      error: { message: "Input token count exceeds the maximum number of tokens allowed", code: 400 },
    }),
  signs: (body) =>
    searching(body, () =>
      JSON.stringify(body.messages).includes("thought_signature")
        ? says("On Mondays.")
        : json(400, { error: { message: "Function call is missing a thought_signature" } }),
    ),
  template: (body) =>
    searching(body, () => json(500, { error: { message: "Jinja Exception: Unknown role: tool" } })),
  starts: ({ system }) => {
    if (typeof system === "string" && system.trim() === "") {
      return json(400, {
        type: "error",
        error: {
          type: "invalid_request_error",
          message: "system: text content blocks must contain non-whitespace text",
        },
      });
    }
    return streamed(
      { type: "message_start", message: { usage: { input_tokens: 0 } } },
      { type: "content_block_start", index: 0, content_block: { type: "text", text: "Hello " } },
      { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "you." } },
      {
        type: "message_delta",
        delta: { stop_reason: "end_turn" },
        usage: { input_tokens: 7, output_tokens: 3 },
      },
    );
  },
};

/** The answer that the newest question asks for by its first word. */
export function oddAnswer(body: AskedBody): WireAnswer | undefined {
  const asked = body.messages.findLast(({ role, content }) => role === "user" && typeof content === "string");
  const word = /(?:^|\n\n)(\w+) please$/.exec(String(asked?.content))?.[1] ?? "";
  return oddProviders[word]?.(body);
}
