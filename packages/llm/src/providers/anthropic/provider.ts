import type { Anthropic } from "@anthropic-ai/sdk";
import { addressOf } from "../../address.ts";
import { createAdjustmentMemory } from "../../adjustments.ts";
import { readEvents } from "../../event-stream.ts";
import type { LessonBook } from "../../lessons.ts";
import { longestStream } from "../../output-limit.ts";
import type { Provider } from "../../provider.ts";
import { streamReply } from "../../reply-stream.ts";
import { toParams } from "./request.ts";
import { toSteps } from "./stream-reader.ts";

export interface AnthropicConfig {
  /** Its name in this deployment; `anthropic` unless given. */
  readonly name?: string | undefined;
  /** May be absent with a base URL. */
  readonly apiKey?: string | undefined;
  readonly baseUrl?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly lessons?: LessonBook | undefined;
}

const OFFICIAL_BASE_URL = "https://api.anthropic.com";

/** The Messages API of Anthropic or of any server that speaks its protocol. */
export function createAnthropicProvider(config: AnthropicConfig): Provider {
  const server = {
    provider: config.name ?? "anthropic",
    address: addressOf(config.baseUrl || OFFICIAL_BASE_URL),
  };
  const memory = createAdjustmentMemory(server.provider, config.lessons);
  let client: Promise<Anthropic> | undefined;
  return {
    stream: (request, { signal, heard }) =>
      streamReply({
        request,
        signal,
        server,
        memory,
        open: async (own, adjustments) => {
          const longest = longestStream(request.maxOutputTokens);
          client ??= loadClient(config);
          const params = toParams(own, adjustments);
          const response = await (await client).messages.create(params, { signal }).asResponse();
          return toSteps(readEvents(response, { signal, heard, longest }));
        },
      }),
  };
}

/** Every setting is spelled out, because the SDK reads what is missing from environment variables. */
async function loadClient(config: AnthropicConfig): Promise<Anthropic> {
  const sdk = await import("@anthropic-ai/sdk");
  return new sdk.Anthropic({
    apiKey: config.apiKey ?? "none",
    baseURL: config.baseUrl || OFFICIAL_BASE_URL,
    webhookKey: null,
    maxRetries: 0,
    logLevel: "off",
    // Its spans could carry chat text to whatever collector the environment names.
    openTelemetry: false,
    ...(config.fetch && { fetch: config.fetch }),
  });
}
