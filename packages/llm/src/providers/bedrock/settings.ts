import type { ConverseStreamCommandInput } from "@aws-sdk/client-bedrock-runtime";
import type { PromptRequest, PromptSettings } from "../../provider.ts";
import { toSampling, toThinking } from "../anthropic/settings.ts";

const CLAUDE = /anthropic\.claude/;
const NOVA = /amazon\.nova/;

type Fields = Pick<ConverseStreamCommandInput, "inferenceConfig" | "additionalModelRequestFields">;
type ModelFields = NonNullable<Fields["additionalModelRequestFields"]>;

/**
 * What only this family of models is asked; Bedrock itself has no word for an effort. Source of Nova's: "Extended thinking"
 * in the Developer Guide for Amazon Nova 2, by which `high` is an error together with `maxTokens`, `temperature` or `topP`,
 * and the others are not (also UKGovernmentBEIS/inspect_ai issue 3767). Nova 1 refuses all of it.
 */
function modelFields(
  { model }: PromptRequest,
  effort: PromptSettings["reasoningEffort"],
): ModelFields | undefined {
  if (effort === undefined) return undefined;
  if (!NOVA.test(model)) return { reasoning_effort: effort };
  if (effort === "none") return { reasoningConfig: { type: "disabled" } };
  // At its highest it takes no limit of its answer, which a hold needs.
  const maxReasoningEffort = effort === "high" ? "medium" : effort;
  return { reasoningConfig: { type: "enabled", maxReasoningEffort } };
}

/** The settings of a request as Bedrock's Converse API has them. */
export function toFields(request: PromptRequest, settings: PromptSettings, maxTokens: number): Fields {
  const isClaude = CLAUDE.test(request.model);
  const thinking = isClaude ? toThinking(request, settings.reasoningEffort, maxTokens) : {};
  const { temperature, topP } = isClaude ? toSampling(settings, thinking) : settings;
  const fields = isClaude
    ? (Object.keys(thinking).length > 0 && (thinking as ModelFields)) || undefined
    : modelFields(request, settings.reasoningEffort);
  return {
    inferenceConfig: {
      maxTokens,
      ...(temperature !== undefined && { temperature }),
      ...(topP !== undefined && { topP }),
      ...(settings.stop && { stopSequences: [...settings.stop] }),
    },
    ...(fields && { additionalModelRequestFields: fields }),
  };
}
