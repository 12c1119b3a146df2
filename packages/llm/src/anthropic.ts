import type { Anthropic } from "@anthropic-ai/sdk";
import type {
  MessageCreateParamsStreaming,
  RawMessageStreamEvent,
  StopReason,
  Usage,
} from "@anthropic-ai/sdk/resources/messages";
import type { PromptRequest, Provider } from "./provider.ts";
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
  return {
    model: request.model,
    max_tokens: request.maxOutputTokens,
    messages: request.messages.map(({ role, content }) => ({ role, content })),
    stream: true,
    ...(request.systemPrompt && { system: request.systemPrompt }),
  };
}

async function* toSteps(events: AsyncIterable<RawMessageStreamEvent>): AsyncGenerator<StreamStep> {
  for await (const event of events) {
    if (event.type === "message_start") {
      yield { inputTokens: inputTokensOf(event.message.usage) };
    } else if (event.type === "content_block_delta" && event.delta.type === "text_delta") {
      yield { text: event.delta.text };
    } else if (event.type === "message_delta") {
      yield { end: toEnd(event.delta.stop_reason), outputTokens: event.usage?.output_tokens };
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
  return reason === "max_tokens" || reason === "model_context_window_exceeded" ? "length" : "stop";
}

function readFailure(error: unknown): ProviderFailure {
  return failureOf(error, (body) => ({
    codes: textsOf(body, ["error", "type"], ["error", "details", "error_code"]),
    message: textsOf(body, ["error", "message"])[0] ?? "",
  }));
}
