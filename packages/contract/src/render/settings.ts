import type { ReplySettings, SettingsChange } from "../schemas/reply-settings.ts";

/** In the same order always, whatever the order in which they came. */
export function renderSettings(settings: SettingsChange): ReplySettings {
  const { temperature, topP, maxOutputTokens, reasoningEffort, stop } = settings;
  return {
    ...(temperature != null && { temperature }),
    ...(topP != null && { topP }),
    ...(maxOutputTokens != null && { maxOutputTokens }),
    ...(reasoningEffort != null && { reasoningEffort }),
    ...(stop != null && { stop }),
  };
}
