import type { OpenAI } from "openai";
import type {
  ChatCompletionChunk,
  ChatCompletionCreateParamsStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat";
import { withData } from "./prompt-text.ts";
import type { PromptRequest, Provider, ToolCall, ToolRound } from "./provider.ts";
import type { ProviderFailure } from "./provider-failure.ts";
import { type StreamStep, streamReply } from "./reply-stream.ts";
import { failureOf, textsOf } from "./sdk-failure.ts";

export interface OpenAiConfig {
  /** May be absent with a base URL: local servers ask for none. */
  readonly apiKey?: string | undefined;
  /** Any OpenAI-compatible server, e.g. `http://localhost:11434/v1`. */
  readonly baseUrl?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
}

const OFFICIAL_BASE_URL = "https://api.openai.com/v1";
// OpenAI and Azure refuse `max_tokens` for current models; most other servers know nothing else.
const WANTS_COMPLETION_TOKENS = /(^|\.)(openai\.com|azure\.com)$/;

/** The provider `openai`: chat completions of OpenAI or of any server that speaks its protocol. */
export function createOpenAiProvider(config: OpenAiConfig): Provider {
  const baseUrl = config.baseUrl || OFFICIAL_BASE_URL;
  const limitName = WANTS_COMPLETION_TOKENS.test(new URL(baseUrl).hostname)
    ? "max_completion_tokens"
    : "max_tokens";
  let client: Promise<OpenAI> | undefined;

  return {
    stream: (request, { signal }) =>
      streamReply({
        request,
        signal,
        readFailure,
        open: async () => {
          client ??= loadClient(config, baseUrl);
          const chunks = await (await client).chat.completions.create(
            { ...toParams(request), [limitName]: request.maxOutputTokens },
            { signal },
          );
          return toSteps(chunks);
        },
      }),
  };
}

/** Every setting is spelled out, because the SDK reads what is missing from environment variables. */
async function loadClient(config: OpenAiConfig, baseURL: string): Promise<OpenAI> {
  const sdk = await import("openai");
  return new sdk.OpenAI({
    apiKey: config.apiKey ?? "none",
    baseURL,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: "off",
    ...(config.fetch && { fetch: config.fetch }),
  });
}

function toParams(request: PromptRequest): ChatCompletionCreateParamsStreaming {
  const { model, systemPrompt, messages, tools, rounds = [] } = request;
  const system = systemPrompt ? [{ role: "system" as const, content: systemPrompt }] : [];
  return {
    model,
    messages: [
      ...system,
      ...messages.map((message) => ({ role: message.role, content: withData(message) })),
      ...rounds.flatMap(toTurn),
    ],
    stream: true,
    stream_options: { include_usage: true },
    ...(tools && {
      tools: tools.tools.map((tool) => ({ type: "function" as const, function: { ...tool } })),
      tool_choice: tools.choice,
    }),
  };
}

function toTurn({ text, calls, results }: ToolRound): ChatCompletionMessageParam[] {
  const called = calls.map(({ id, name, arguments: written }) => ({
    id,
    type: "function" as const,
    function: { name, arguments: written },
  }));
  return [
    { role: "assistant", content: text === "" ? null : text, tool_calls: called },
    ...calls.map(({ id }, index) => ({
      role: "tool" as const,
      tool_call_id: id,
      content: results[index] ?? "",
    })),
  ];
}

async function* toSteps(chunks: AsyncIterable<ChatCompletionChunk>): AsyncGenerator<StreamStep> {
  const calls: ToolCall[] = [];
  for await (const chunk of chunks) {
    // Compatible servers leave out what OpenAI's types promise.
    const choice = chunk.choices?.[0];
    for (const part of choice?.delta?.tool_calls ?? []) addCallPart(calls, part);
    const end = toEnd(choice?.finish_reason);
    yield {
      text: choice?.delta?.content ?? choice?.delta?.refusal ?? undefined,
      // Some servers call tools and say `stop`.
      ...(end === "stop" && calls.length > 0
        ? { end: "tools", calls: calls.filter((call) => call !== undefined) }
        : { end }),
      inputTokens: chunk.usage?.prompt_tokens,
      outputTokens: chunk.usage?.completion_tokens,
    };
  }
}

type CallPart = NonNullable<ChatCompletionChunk.Choice.Delta["tool_calls"]>[number];

/** The first part of a call has its name, the others go on with its arguments; servers may leave the id out. */
function addCallPart(calls: ToolCall[], { index, id, function: part }: CallPart): void {
  const place = index ?? calls.length;
  const { id: known, name = "", arguments: written = "" } = calls[place] ?? {};
  calls[place] = {
    id: known || id || `call_${place}`,
    name: name + (part?.name ?? ""),
    arguments: written + (part?.arguments ?? ""),
  };
}

function toEnd(reason: ChatCompletionChunk.Choice["finish_reason"] | undefined): StreamStep["end"] {
  if (!reason) return undefined;
  if (reason === "content_filter") return "filtered";
  return reason === "length" ? "length" : "stop";
}

function readFailure(error: unknown): ProviderFailure {
  return failureOf(error, (body) => ({
    codes: textsOf(body, ["code"], ["type"], ["innererror", "code"]),
    message: textsOf(body, ["message"])[0] ?? "",
  }));
}
