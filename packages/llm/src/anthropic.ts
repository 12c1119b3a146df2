import type { Anthropic } from "@anthropic-ai/sdk";
import type {
  ContentBlockParam,
  MessageCreateParamsStreaming,
  MessageParam,
  RawMessageStreamEvent,
  StopReason,
  Usage,
} from "@anthropic-ai/sdk/resources/messages";
import { createBlockReader, inputOf } from "./anthropic-blocks.ts";
import { withData } from "./prompt-text.ts";
import type { PromptRequest, Provider, ToolRound } from "./provider.ts";
import type { ProviderFailure } from "./provider-failure.ts";
import { type StreamStep, streamReply } from "./reply-stream.ts";
import { failureOf, textsOf } from "./sdk-failure.ts";

export interface AnthropicConfig {
  readonly apiKey: string;
  readonly baseUrl?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
}

const OFFICIAL_BASE_URL = "https://api.anthropic.com";

/** The provider `anthropic`: the Messages API. */
export function createAnthropicProvider(config: AnthropicConfig): Provider {
  let client: Promise<Anthropic> | undefined;
  return {
    stream: (request, { signal }) =>
      streamReply({
        request,
        signal,
        readFailure,
        open: async () => {
          client ??= loadClient(config);
          return toSteps(await (await client).messages.create(toParams(request), { signal }));
        },
      }),
  };
}

/** Every setting is spelled out, because the SDK reads what is missing from environment variables. */
async function loadClient(config: AnthropicConfig): Promise<Anthropic> {
  const sdk = await import("@anthropic-ai/sdk");
  return new sdk.Anthropic({
    apiKey: config.apiKey,
    baseURL: config.baseUrl || OFFICIAL_BASE_URL,
    webhookKey: null,
    maxRetries: 0,
    logLevel: "off",
    // Its spans could carry chat text to whatever collector the environment names.
    openTelemetry: false,
    ...(config.fetch && { fetch: config.fetch }),
  });
}

function toParams(request: PromptRequest): MessageCreateParamsStreaming {
  const { model, maxOutputTokens, messages, systemPrompt, tools, rounds = [] } = request;
  return {
    model,
    max_tokens: maxOutputTokens,
    messages: [
      ...messages.map((message) => ({ role: message.role, content: withData(message) })),
      ...rounds.flatMap(toTurn),
    ],
    stream: true,
    ...(systemPrompt && { system: systemPrompt }),
    ...(tools && {
      tools: tools.tools.map(({ name, description, parameters }) => ({
        name,
        description,
        input_schema: { ...parameters, type: "object" as const },
      })),
      tool_choice: { type: tools.choice },
    }),
  };
}

function toTurn({ text, calls, results, memo }: ToolRound): MessageParam[] {
  const content: ContentBlockParam[] =
    memo?.provider === "anthropic"
      ? // Its own blocks: signed thinking must come back as it was.
        (memo.content as ContentBlockParam[])
      : [
          ...(text.trim() === "" ? [] : [{ type: "text" as const, text }]),
          ...calls.map(({ id, name, arguments: written }) => ({
            type: "tool_use" as const,
            // Another provider's ids may have characters that Anthropic refuses.
            id: id.replace(/[^\w-]/g, "_"),
            name,
            input: inputOf(written),
          })),
        ];
  const given = calls.map(({ id }, index) => ({
    type: "tool_result" as const,
    tool_use_id: id.replace(/[^\w-]/g, "_"),
    content: results[index] ?? "",
  }));
  return [
    { role: "assistant", content },
    { role: "user", content: given },
  ];
}

async function* toSteps(events: AsyncIterable<RawMessageStreamEvent>): AsyncGenerator<StreamStep> {
  const blocks = createBlockReader();
  for await (const event of events) {
    blocks.read(event);
    if (event.type === "message_start") {
      yield { inputTokens: inputTokensOf(event.message.usage) };
    } else if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
      yield { text: event.delta.text };
    } else if (event.type === "message_delta") {
      const end = toEnd(event.delta.stop_reason);
      yield {
        end,
        ...(end === "tools" && {
          calls: blocks.calls(),
          memo: { provider: "anthropic", content: blocks.content() },
        }),
        outputTokens: event.usage?.output_tokens,
      };
    }
  }
}

/** Anthropic counts what it read from or wrote to its prompt cache apart from the other input. */
function inputTokensOf(usage: Usage | undefined): number | undefined {
  if (usage === undefined) return undefined;
  return usage.input_tokens + (usage.cache_creation_input_tokens ?? 0) + (usage.cache_read_input_tokens ?? 0);
}

function toEnd(reason: StopReason | null): StreamStep["end"] {
  if (!reason) return undefined;
  if (reason === "refusal") return "filtered";
  if (reason === "tool_use") return "tools";
  return reason === "max_tokens" || reason === "model_context_window_exceeded" ? "length" : "stop";
}

function readFailure(error: unknown): ProviderFailure {
  return failureOf(error, (body) => ({
    codes: textsOf(body, ["error", "type"], ["error", "details", "error_code"]),
    message: textsOf(body, ["error", "message"])[0] ?? "",
  }));
}
