import type { ResponseCreateParamsStreaming } from "openai/resources/responses/responses";
import { type Adjustments, adjustedMaxOutputTokens } from "../../adjustments.ts";
import { writtenPrompt } from "../../prompt-text.ts";
import type { PromptRequest } from "../../provider.ts";
import { settingsToSend } from "../../refused-settings.ts";

/** A prompt as a response is asked for that goes on, and is kept, whether or not anybody listens. */
export function toResponseParams(
  request: PromptRequest,
  adjustments: Adjustments,
): ResponseCreateParamsStreaming {
  const { system, messages } = writtenPrompt(request, adjustments);
  const { temperature, topP, reasoningEffort } = settingsToSend(request, adjustments.refused);
  return {
    model: request.model,
    ...(system && { instructions: system }),
    input: messages.map(({ role, content }) => ({ role, content })),
    max_output_tokens: adjustedMaxOutputTokens(request, adjustments),
    ...(temperature !== undefined && { temperature }),
    ...(topP !== undefined && { top_p: topP }),
    ...(reasoningEffort !== undefined && { reasoning: { effort: reasoningEffort } }),
    background: true,
    store: true,
    stream: true,
  };
}
