import type { Refusal, SendLimits } from "@parley/data/send-message";
import { invalid, type Problem, problem } from "@parley/http/problem";
import { rateLimited } from "@parley/http/rate-limit";
import { logger } from "@parley/runtime/logger";
import { notOffered } from "./models.ts";
import { type Named, notTaken } from "./untaken.ts";

type LimitRefusal = Extract<Refusal, { outcome: "limited" }>;
type RateRefusal = Extract<Refusal, { outcome: "rate_limited" }>;

function sendingTooFast({ policy, retryAfterSeconds }: RateRefusal, limits: SendLimits): Problem {
  if (policy === "minute") {
    const limit = limits.ratePerMinute;
    const allowed = `${limit} a minute`;
    return rateLimited({ policy: "sends-per-minute", allowed, limit, windowSeconds: 60, retryAfterSeconds });
  }
  const { rateBurst: limit, ratePerSecond } = limits;
  // The header knows no bursts: a full one, and the time it takes to come back.
  const windowSeconds = Math.ceil(limit / ratePerSecond);
  const allowed = `${ratePerSecond} a second, ${limit} at once`;
  return rateLimited({ policy: "sends", allowed, limit, windowSeconds, retryAfterSeconds });
}

function unknownModel(model: string, named: Named<string>): Problem {
  const path = Object.keys(named).find((each) => named[each] === model);
  if (path !== undefined) return notOffered(path);
  return problem("conflict", {
    detail:
      "The conversation's model is no longer offered. Send another as model, or change the conversation.",
    extra: { model },
  });
}

const windowSeconds = {
  replies: 1,
  "tokens-per-day": 86_400,
  "tokens-per-month": 2_592_000,
  "budget-per-day": 86_400,
};

function beyondLimit({ policy, limit, retryAfterSeconds }: LimitRefusal, limits: SendLimits): Problem {
  const allowed = {
    replies: `${limits.maxRunning} unfinished replies that run, and ${limits.maxWaiting} that wait`,
    "tokens-per-day": `${limit} tokens of models a day`,
    "tokens-per-month": `${limit} tokens of models a month`,
    "budget-per-day": "what this service may spend a day",
  }[policy];
  return rateLimited({
    policy,
    allowed,
    // What the service may spend is not the user's business.
    limit: policy === "budget-per-day" ? 1 : limit,
    windowSeconds: windowSeconds[policy],
    retryAfterSeconds,
  });
}

/** Why nothing was sent, as the API says it. */
export function refusalProblem(
  refusal: Refusal,
  limits: SendLimits,
  models: Named<string> = {},
  settings: Named<object> = {},
): Problem {
  switch (refusal.outcome) {
    case "not_found":
      return problem("not-found");
    case "reply_to_not_found":
      return invalid("body.replyTo", "is not a message of this conversation");
    case "prompt_not_found":
      return invalid("body.systemPromptId", "is no system prompt that you can use");
    case "not_askable":
      return problem("conflict", { detail: "Only a user message that is not deleted can be asked again." });
    case "mismatch":
      return problem("idempotency-mismatch");
    case "id_taken":
      return problem("conflict", { detail: "This id is another request's, or of something deleted." });
    case "disabled":
      return problem("forbidden", { detail: "This account is disabled." });
    case "unknown_model":
      return unknownModel(refusal.model, models);
    case "untaken_parameter":
      return notTaken(refusal, settings, models);
    case "busy":
      return problem("conflict", {
        detail: "A reply of this conversation is unfinished.",
        extra: { replyId: refusal.replyId },
      });
    case "insufficient_tokens": {
      const { balance, held, price } = refusal;
      const detail = `This may cost ${price} tokens; ${balance - held} of your ${balance} are free.`;
      return problem("insufficient-tokens", { detail, extra: { balance, held, price } });
    }
    case "rate_limited":
      return sendingTooFast(refusal, limits);
    case "limited":
      // An alarm counts these lines.
      if (refusal.isSpent) logger.warn("the day's budget is spent");
      return beyondLimit(refusal, limits);
  }
}

/** The same of a request that names a model and settings of its own. */
export function refusalOf(
  refusal: Refusal,
  limits: SendLimits,
  { model, settings }: { model?: string | undefined; settings?: object | undefined },
): Problem {
  return refusalProblem(refusal, limits, { "body.model": model }, { "body.settings": settings });
}
