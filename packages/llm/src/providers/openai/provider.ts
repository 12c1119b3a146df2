import type { OpenAI } from "openai";
import { addressOf } from "../../address.ts";
import { createAdjustmentMemory } from "../../adjustments.ts";
import { readEvents } from "../../event-stream.ts";
import { longestStream } from "../../output-limit.ts";
import type { Provider } from "../../provider.ts";
import { streamReply } from "../../reply-stream.ts";
import { toParams } from "./request.ts";
import { toSteps } from "./stream-reader.ts";

export interface OpenAiConfig {
  /** Its name in this deployment; `openai` unless given. */
  readonly name?: string | undefined;
  /** May be absent with a base URL: local servers ask for none. */
  readonly apiKey?: string | undefined;
  /** Any OpenAI-compatible server, e.g. `http://localhost:11434/v1`. */
  readonly baseUrl?: string | undefined;
  /** The query parameter `api-version`, which Azure wants. */
  readonly apiVersion?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
}

const OFFICIAL_BASE_URL = "https://api.openai.com/v1";
// OpenAI and Azure refuse `max_tokens` for current models; most other servers know nothing else.
const WANTS_COMPLETION_TOKENS = /(^|\.)(openai\.com|azure\.com)$/;

/** Chat completions of OpenAI or of any server that speaks its protocol. */
export function createOpenAiProvider(config: OpenAiConfig): Provider {
  const baseUrl = config.baseUrl || OFFICIAL_BASE_URL;
  const limitName = WANTS_COMPLETION_TOKENS.test(new URL(baseUrl).hostname)
    ? "max_completion_tokens"
    : "max_tokens";
  const memory = createAdjustmentMemory();
  const server = { provider: config.name ?? "openai", address: addressOf(baseUrl) };
  let client: Promise<OpenAI> | undefined;

  return {
    stream: (request, { signal, heard }) =>
      streamReply({
        request,
        signal,
        server,
        memory,
        open: async (own, adjustments) => {
          const longest = longestStream(request.maxOutputTokens);
          client ??= loadClient(config, baseUrl);
          const params = toParams(own, adjustments, limitName);
          const response = await (await client).chat.completions.create(params, { signal }).asResponse();
          return toSteps(readEvents(response, { signal, heard, longest }));
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
    ...(config.apiVersion && { defaultQuery: { "api-version": config.apiVersion } }),
    ...(config.fetch && { fetch: config.fetch }),
  });
}
