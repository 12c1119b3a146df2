import type { Operations } from "@parley/client";
import { parley } from "../session/session.ts";

type AdminOperations = Operations["admin"];

export type AdminModel = Awaited<ReturnType<AdminOperations["models"]>>["data"][number];
export type ModelBody = Omit<Parameters<AdminOperations["writeModel"]>[0], "modelId">;
type Values = Readonly<Record<string, string>>;

export const parameters = ["temperature", "topP", "maxOutputTokens", "reasoningEffort", "stop"] as const;

/** All that an admin says of a model, as it is now. */
function bodyOf(model: AdminModel): ModelBody {
  const { displayName, contextTokens, maxOutputTokens, price, costPerMillion, background } = model;
  const { isEnabled, isDefault, isFallback, position } = model;
  return {
    ...{ displayName, contextTokens, maxOutputTokens, price, parameters: model.parameters, costPerMillion },
    ...{ background, isEnabled, isDefault, isFallback, position },
  };
}

export async function change(model: AdminModel, part: Partial<ModelBody>): Promise<void> {
  await parley.admin.writeModel({ modelId: model.id, ...bodyOf(model), ...part });
}

function numbers(values: Values, ...names: string[]): (number | undefined)[] {
  return names.map((name) => (values[name]?.trim() ? Number(values[name]) : undefined));
}

function priceOf(values: Values): ModelBody["price"] {
  const [tokens = 0, input = 0, output = 0, cached] = numbers(values, "tokens", "input", "output", "cached");
  if (values.kind !== "metered") return { kind: "flat", tokens };
  const metered = { kind: "metered", inputPer1000: input, outputPer1000: output } as const;
  return cached === undefined ? metered : { ...metered, cachedInputPer1000: cached };
}

function costOf(values: Values): ModelBody["costPerMillion"] {
  const [input, output, cachedInput] = numbers(values, "costInput", "costOutput", "costCached");
  if (input === undefined || output === undefined) return null;
  return cachedInput === undefined ? { input, output } : { input, output, cachedInput };
}

/** What the form says of a model; what it does not ask for stays. */
export function readForm(values: Values, before: AdminModel | undefined): ModelBody {
  const [contextTokens = 0, maxOutputTokens = 0, position = 0] = numbers(
    values,
    "context",
    "longest",
    "position",
  );
  return {
    ...(before && bodyOf(before)),
    displayName: values.displayName?.trim() || null,
    contextTokens,
    maxOutputTokens,
    price: priceOf(values),
    parameters: parameters.filter((name) => values[name] !== undefined),
    costPerMillion: costOf(values),
    background: values.background !== undefined,
    position,
  };
}
