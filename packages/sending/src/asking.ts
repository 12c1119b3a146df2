import type { Dependencies } from "@parley/composition/dependencies";
import { providerSources } from "@parley/composition/provider-sources";
import type { AskingSettings } from "@parley/composition/settings";
import type { OfferedModels, SendLimits } from "@parley/data/send-message";
import { deploymentModels, type ModelCatalog } from "@parley/llm/models";
import type { Secrets } from "@parley/runtime/secrets";
import { offeredModels } from "./models.ts";

/** What every question to a model is asked under. */
export interface Asking {
  catalog: ModelCatalog;
  terms: OfferedModels & SendLimits;
}

/** What operations that ask a model work with. */
export interface AskingDependencies extends Dependencies {
  asking: Asking;
}

/** @throws Error fit for a start-up message when no model is configured, or none called DEFAULT_MODEL. */
export function askingOf(settings: AskingSettings, secrets: Secrets): Asking {
  const catalog = deploymentModels(providerSources(settings, secrets), settings.DEFAULT_MODEL);
  return {
    catalog,
    terms: {
      ...offeredModels(catalog, settings.DEFAULT_MODEL),
      ratePerSecond: settings.SEND_RATE_PER_SECOND,
      rateBurst: settings.SEND_BURST,
      ratePerMinute: settings.SEND_RATE_PER_MINUTE,
      deadlineSeconds: settings.REPLY_DEADLINE_SECONDS,
      maxRunning: settings.MAX_RUNNING_REPLIES,
      maxWaiting: settings.MAX_WAITING_REPLIES,
      tokensPerDay: settings.USER_TOKENS_PER_DAY,
      tokensPerMonth: settings.USER_TOKENS_PER_MONTH,
      dollarsPerDay: settings.DOLLARS_PER_DAY,
      replyInputTokens: settings.REPLY_INPUT_TOKENS,
      monthlyTokens: settings.MONTHLY_TOKENS,
    },
  };
}
