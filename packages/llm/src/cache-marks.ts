import type { Adjustments } from "./adjustments.ts";
import type { PromptRequest } from "./provider.ts";
import { estimatePromptTokens } from "./token-count.ts";

/** Below it Anthropic and Bedrock cache nothing; of some models they do so from 4 096 on, and ignore earlier marks. */
const MIN_TOKENS = 1_024;

/** Where marks say that what is before them is worth caching: what the next turn, or the next call, begins with again. */
export interface CacheMarks {
  /** After the tools and the system prompt. */
  readonly system: boolean;
  /** After the last message. */
  readonly end: boolean;
}

/** The marks of a request to a provider that caches only what is marked. */
export function cacheMarks(request: PromptRequest, { withoutCacheMarks }: Adjustments): CacheMarks {
  const pays = (part: PromptRequest) => !withoutCacheMarks && estimatePromptTokens(part) >= MIN_TOKENS;
  return {
    system: Boolean(request.systemPrompt) && pays({ ...request, messages: [], rounds: [] }),
    end: pays(request),
  };
}
