import type { BedrockRuntimeClient, ConverseStreamOutput } from "@aws-sdk/client-bedrock-runtime";
import { addressOf } from "../../address.ts";
import { createAdjustmentMemory } from "../../adjustments.ts";
import { cutStreamError } from "../../errors.ts";
import type { LessonBook } from "../../lessons.ts";
import type { PromptRequest, Provider, StreamOptions } from "../../provider.ts";
import { streamReply } from "../../reply-stream.ts";
import { toInput } from "./request.ts";
import { asServiceFailure } from "./service-failure.ts";
import { toSteps } from "./stream-reader.ts";

export interface BedrockConfig {
  /** Its name in this deployment. */
  readonly name: string;
  /** Without it the functions' own. */
  readonly region?: string | undefined;
  /** A Bedrock API key; without it the credentials of the environment, on AWS the function's role. */
  readonly apiKey?: string | undefined;
  /** Another endpoint, such as that of a VPC. */
  readonly baseUrl?: string | undefined;
  readonly lessons?: LessonBook | undefined;
}

/** Amazon Bedrock: its Converse API, which is the same for all models that it serves. */
export function createBedrockProvider(config: BedrockConfig): Provider {
  const server = {
    provider: config.name,
    address: config.baseUrl ? addressOf(config.baseUrl) : "bedrock-runtime:443",
  };
  const memory = createAdjustmentMemory(server.provider, config.lessons);
  let client: Promise<BedrockRuntimeClient> | undefined;

  async function send(
    request: PromptRequest,
    adjustments: Parameters<typeof toInput>[1],
    abortSignal: AbortSignal,
  ): Promise<AsyncIterable<ConverseStreamOutput>> {
    try {
      client ??= loadClient(config);
      const { ConverseStreamCommand } = await import("@aws-sdk/client-bedrock-runtime");
      const command = new ConverseStreamCommand(toInput(request, adjustments));
      const { stream } = await (await client).send(command, { abortSignal });
      if (stream === undefined) throw cutStreamError();
      return stream;
    } catch (error) {
      throw asServiceFailure(error);
    }
  }

  async function converse(
    request: PromptRequest,
    adjustments: Parameters<typeof toInput>[1],
    { signal, heard }: StreamOptions,
  ): Promise<AsyncGenerator<ConverseStreamOutput>> {
    const left = new AbortController();
    const events = await send(request, adjustments, AbortSignal.any([signal, left.signal]));
    return read(events, { signal, heard, left });
  }

  return {
    stream: (request, options) =>
      streamReply({
        request,
        signal: options.signal,
        server,
        memory,
        open: async (own, adjustments) => toSteps(await converse(own, adjustments, options)),
      }),
  };
}

/** @param left is aborted when the reader leaves */
async function* read(
  events: AsyncIterable<ConverseStreamOutput>,
  { signal, heard, left }: StreamOptions & { left: AbortController },
): AsyncGenerator<ConverseStreamOutput> {
  try {
    for await (const event of untilAborted(events, signal)) {
      heard?.();
      yield event;
    }
  } catch (error) {
    throw asServiceFailure(error);
  } finally {
    left.abort();
  }
}

/** The SDK's stream waits on when its request is aborted. */
async function* untilAborted<T>(events: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const aborted = new Promise<never>((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
  });
  aborted.catch(() => {});
  const iterator = events[Symbol.asyncIterator]();
  for (;;) {
    const next = await Promise.race([iterator.next(), aborted]);
    if (next.done) return;
    yield next.value;
  }
}

async function loadClient({ region, apiKey, baseUrl }: BedrockConfig): Promise<BedrockRuntimeClient> {
  const sdk = await import("@aws-sdk/client-bedrock-runtime");
  const { NodeHttpHandler } = await import("@smithy/node-http-handler");
  return new sdk.BedrockRuntimeClient({
    // A session of HTTP/2 does not outlive the pauses between a function's requests.
    requestHandler: new NodeHttpHandler({ connectionTimeout: 5_000 }),
    maxAttempts: 1,
    ...(region && { region }),
    ...(baseUrl && { endpoint: baseUrl }),
    ...(apiKey && { token: { token: apiKey }, authSchemePreference: ["httpBearerAuth"] }),
  });
}
