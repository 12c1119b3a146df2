import type { OpenAI } from "openai";
import type { ChatCompletionChunk, ChatCompletionCreateParamsStreaming } from "openai/resources/chat";
import type { PromptRequest, Provider } from "./provider.ts";
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

function toParams({ model, systemPrompt, messages }: PromptRequest): ChatCompletionCreateParamsStreaming {
  const system = systemPrompt ? [{ role: "system" as const, content: systemPrompt }] : [];
  return {
    model,
    messages: [...system, ...messages.map(({ role, content }) => ({ role, content }))],
    stream: true,
    stream_options: { include_usage: true },
  };
}

async function* toSteps(chunks: AsyncIterable<ChatCompletionChunk>): AsyncGenerator<StreamStep> {
  for await (const chunk of chunks) {
    // Compatible servers leave out what OpenAI's types promise.
    const choice = chunk.choices?.[0];
    yield {
      text: choice?.delta?.content ?? choice?.delta?.refusal ?? undefined,
      end: toEnd(choice?.finish_reason),
      inputTokens: chunk.usage?.prompt_tokens,
      outputTokens: chunk.usage?.completion_tokens,
    };
  }
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
