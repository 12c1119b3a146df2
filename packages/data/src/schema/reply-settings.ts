/** What models are asked with: each key is a parameter that a model takes or does not. */
export interface ReplySettings {
  temperature?: number | undefined;
  topP?: number | undefined;
  maxOutputTokens?: number | undefined;
  reasoningEffort?: "none" | "low" | "medium" | "high" | undefined;
  stop?: string[] | undefined;
}

/** Changes of them, key by key; null takes one away. */
export type SettingsChange = { [K in keyof ReplySettings]: ReplySettings[K] | null };
