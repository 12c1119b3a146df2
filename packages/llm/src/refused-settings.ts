import type { PromptRequest, PromptSettings } from "./provider.ts";

/** A setting with the value that a server has refused: another value may be taken. */
export type RefusedSetting = `${keyof PromptSettings}=${string}`;

// In this order: where two are said not to go together, the first of them goes.
const NAMES: readonly (readonly [keyof PromptSettings, RegExp])[] = [
  ["topP", /\btop_?p\b/i],
  ["temperature", /\btemperature\b/i],
  ["stop", /stop_?sequences?|['"`]stop['"`]|^stop$/im],
  ["reasoningEffort", /reasoning_?(effort|config)|output_config|\bthinking\b|\beffort\b/i],
];
const KEPT = 32;

function asRefused(name: keyof PromptSettings, settings: PromptSettings): RefusedSetting {
  return `${name}=${JSON.stringify(settings[name])}`;
}

/** What of the settings goes with the request. */
export function settingsToSend(
  { settings = {} }: Pick<PromptRequest, "settings">,
  refused: readonly RefusedSetting[] = [],
): PromptSettings {
  const left = NAMES.filter(
    ([name]) => settings[name] !== undefined && !refused.includes(asRefused(name, settings)),
  );
  return Object.fromEntries(left.map(([name]) => [name, settings[name]]));
}

/** All that is refused, with the setting that these words of a server are about; undefined where they name none. */
export function withRefused(
  said: string,
  request: Pick<PromptRequest, "settings">,
  refused: readonly RefusedSetting[] = [],
): readonly RefusedSetting[] | undefined {
  const sent = settingsToSend(request, refused);
  const named = NAMES.find(([name, words]) => sent[name] !== undefined && words.test(said));
  return named && [...refused.slice(1 - KEPT), asRefused(named[0], sent)];
}
