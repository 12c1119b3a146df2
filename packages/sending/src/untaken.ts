import type { Database } from "@parley/data/database";
import type { OfferedModels, UntakenParameter } from "@parley/data/send-message";
import { type SettledConversation, untakenAfter } from "@parley/data/untaken";
import { invalidFields, type Problem, problem } from "@parley/http/problem";

/** What a request names, by where it does. */
export type Named<T> = Readonly<Record<string, T | null | undefined>>;

const shownModels = 5;

function listOf(models: readonly string[]): string {
  if (models.length === 0) return "no model here takes it";
  const more = models.length - shownModels;
  return `these take it: ${models.slice(0, shownModels).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function placeOf({ parameter, model }: UntakenParameter, settings: Named<object>, models: Named<string>) {
  const own = Object.entries(settings).find(([, given]) =>
    Object.entries(given ?? {}).some(([name, value]) => name === parameter && value !== null),
  );
  if (own !== undefined) return { path: `${own[0]}.${parameter}`, message: `is not taken by ${model}` };
  const left = `the conversation has ${parameter} set: send null for it to leave it out`;
  const path = Object.keys(models).find((each) => models[each] === model);
  if (path !== undefined) return { path, message: `does not take ${parameter}, and ${left}` };
  return { path: `body.settings.${parameter}`, message: `is not taken by ${model}, and ${left}` };
}

/** Why a request is refused by which a model would be asked with what it does not take. */
export function notTaken(untaken: UntakenParameter, settings: Named<object>, models: Named<string>): Problem {
  const { path, message } = placeOf(untaken, settings, models);
  const { errors = [] } = invalidFields([{ path, message: `${message}; ${listOf(untaken.models)}` }]).options;
  const { parameter, model } = untaken;
  return problem("validation", { errors, extra: { parameter, model, models: untaken.models } });
}

/** @throws Problem 400 when the conversation's model would not take its settings any more */
export async function requireTaken(
  database: Database,
  offered: OfferedModels,
  conversation: SettledConversation,
): Promise<void> {
  const { model, settings } = conversation.change;
  const untaken = await untakenAfter(database, offered, conversation);
  if (untaken !== undefined) throw notTaken(untaken, { "body.settings": settings }, { "body.model": model });
}
