import { createHash } from "node:crypto";
import type { PromptRequest, PromptSettings } from "./provider.ts";

// In this order: where two are said not to go together, the first of them goes.
const NAMES: readonly (readonly [keyof PromptSettings, RegExp])[] = [
  ["topP", /\btop_?p\b/i],
  ["temperature", /\btemperature\b/i],
  ["stop", /stop_?sequences?|['"`]stop['"`]|^stop$/im],
  ["reasoningEffort", /reasoning[_ ]?(effort|config)|output_config|\bthinking\b|\beffort\b/i],
];
const KEPT = 32;

/** A setting with the value that a server has refused: another value may be taken. What a user wrote is not kept. */
function asRefused(name: keyof PromptSettings, settings: PromptSettings): string {
  const value = JSON.stringify(settings[name]);
  if (name !== "stop") return `${name}=${value}`;
  return `${name}=#${createHash("sha256").update(value).digest("hex").slice(0, 12)}`;
}

/** What of the settings goes with the request. */
export function settingsToSend(
  { settings = {} }: Pick<PromptRequest, "settings">,
  refused: readonly string[] = [],
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
  refused: readonly string[] = [],
): readonly string[] | undefined {
  const sent = settingsToSend(request, refused);
  const named = NAMES.find(([name, words]) => sent[name] !== undefined && words.test(said));
  return named && [...refused.slice(1 - KEPT), asRefused(named[0], sent)];
}
