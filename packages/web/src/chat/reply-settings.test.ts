import { expect, test } from "vitest";
import type { Model } from "../workspace.ts";
import { changed, modelOf, takenBy, withoutOthers } from "./reply-settings.ts";

const model = (id: string, parameters: string[], isDefault = false) =>
  ({ id, parameters, isDefault }) as unknown as Model;
const cool = model("a/cool", ["temperature", "maxOutputTokens"], true);
const thinker = model("a/thinker", ["maxOutputTokens", "reasoningEffort"]);
const settings = { temperature: 0.2, maxOutputTokens: 500 };

test("a model is asked with what it takes, and the rest is taken away when it is chosen", () => {
  expect(takenBy(thinker, settings)).toEqual({ maxOutputTokens: 500 });
  expect(withoutOthers(thinker, settings)).toEqual({ temperature: null });
  expect(withoutOthers(cool, settings)).toEqual({});
});

test("of a model that is not listed nothing is known, and nothing is taken away", () => {
  const unknown = modelOf([cool, thinker], "a/gone");
  expect(takenBy(unknown, settings)).toEqual(settings);
  expect(withoutOthers(unknown, settings)).toEqual({});
  expect(modelOf([thinker, cool], null)).toBe(cool);
});

test("changes go key by key, and null takes one away", () => {
  expect(changed(settings, { temperature: null, reasoningEffort: "low" })).toEqual({
    maxOutputTokens: 500,
    reasoningEffort: "low",
  });
});
