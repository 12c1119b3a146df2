import type { OpenAI } from "openai";
import { addressOf } from "../../address.ts";
import { createAdjustmentMemory } from "../../adjustments.ts";
import {
  baseUrlOf,
  type DeviatingServer,
  type Deviations,
  deviationsOf,
  keyHeaders,
  knownAdjustments,
} from "../../deviations.ts";
import { readEvents } from "../../event-stream.ts";
import type { LessonBook } from "../../lessons.ts";
import { longestStream } from "../../output-limit.ts";
import type { Provider } from "../../provider.ts";
import { streamReply } from "../../reply-stream.ts";
import { toParams } from "./request.ts";
import { toSteps } from "./stream-reader.ts";

/** Which server, e.g. `http://localhost:11434/v1`, and what it does in its own way. */
export interface OpenAiConfig extends DeviatingServer {
  /** Its name in this deployment; `openai` unless given. */
  readonly name?: string | undefined;
  /** May be absent with a base URL: local servers ask for none. */
  readonly apiKey?: string | undefined;
  /** The query parameter `api-version`, which Azure wants. */
  readonly apiVersion?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
  readonly lessons?: LessonBook | undefined;
}

/** Chat completions of OpenAI or of any server that speaks its protocol. */
export function createOpenAiProvider(config: OpenAiConfig): Provider {
  const deviations = deviationsOf(config);
  const server = { provider: config.name ?? "openai", address: addressOf(baseUrlOf(config)) };
  const memory = createAdjustmentMemory(server.provider, config.lessons, knownAdjustments(deviations));
  let client: Promise<OpenAI> | undefined;

  function load(): Promise<OpenAI> {
    client ??= loadClient(config, deviations);
    return client;
  }

  return {
    async discard(responseId, options) {
      const [loaded, { discardResponse }] = await Promise.all([load(), import("./background.ts")]);
      await discardResponse(loaded, responseId, options);
    },
    stream: (request, { signal, heard }) =>
      streamReply({
        request,
        signal,
        server,
        memory,
        open: async (own, adjustments) => {
          const longest = longestStream(request.maxOutputTokens);
          const loaded = await load();
          if (own.background && !adjustments.withoutBackground) {
            const { openBackground } = await import("./background.ts");
            return openBackground(loaded, own, adjustments, { signal, heard, longest });
          }
          const params = toParams(own, adjustments, deviations.maxTokensName);
          const options = { signal, ...(deviations.modelInPath && { path: pathOf(request.model) }) };
          const response = await loaded.chat.completions.create(params, options).asResponse();
          return toSteps(readEvents(response, { signal, heard, longest }));
        },
      }),
  };
}

function pathOf(model: string): string {
  return `/deployments/${encodeURIComponent(model)}/chat/completions`;
}

/** Every setting is spelled out, because the SDK reads what is missing from environment variables. */
async function loadClient(config: OpenAiConfig, deviations: Deviations): Promise<OpenAI> {
  const sdk = await import("openai");
  const isUsual = deviations.keyHeader === "authorization";
  return new sdk.OpenAI({
    apiKey: config.apiKey ?? "none",
    baseURL: baseUrlOf(config),
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    logLevel: "off",
    ...(!isUsual && { defaultHeaders: { authorization: null, ...keyHeaders(deviations, config.apiKey) } }),
    ...(config.apiVersion && { defaultQuery: { "api-version": config.apiVersion } }),
    ...(config.fetch && { fetch: config.fetch }),
  });
}
