import type { Conversation, Operations } from "@parley/client";
import type { Model } from "../workspace.ts";

export type ReplySettings = Conversation["settings"];
type Update = Parameters<Operations["conversations"]["update"]>[0];
export type SettingsChange = NonNullable<Update["settings"]>;

/** The model that answers; null is the deployment's default. */
export function modelOf(models: readonly Model[], chosen: string | null): Model | undefined {
  return models.find(({ id, isDefault }) => (chosen === null ? isDefault : id === chosen));
}

const isTaken = (model: Model | undefined, name: string) =>
  model === undefined || model.parameters.some((parameter) => parameter === name);

/** Of settings, those that a model takes. */
export function takenBy(model: Model | undefined, settings: ReplySettings): ReplySettings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => isTaken(model, name)));
}

/** Takes away what a model does not take: the conversation could not ask it otherwise. */
export function withoutOthers(model: Model | undefined, settings: ReplySettings): SettingsChange {
  const others = Object.keys(settings).filter((name) => !isTaken(model, name));
  return Object.fromEntries(others.map((name) => [name, null]));
}

/** Settings after a change, key by key. */
export function changed(settings: ReplySettings, change: SettingsChange): ReplySettings {
  return Object.fromEntries(
    Object.entries({ ...settings, ...change }).filter(([, value]) => value !== null),
  ) as ReplySettings;
}
