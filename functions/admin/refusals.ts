import type { RetryRefusal } from "@parley/data/admin-replies";
import type { SendLimits } from "@parley/data/send-message";
import { type Problem, problem } from "@parley/http/problem";
import { refusalProblem } from "@parley/sending/refusal-problem";

/** Nothing is changed of an account that its owner is deleting. */
export function leaving(): Problem {
  return problem("conflict", { detail: "This account is being deleted." });
}

/** Why a reply was not retried. What would be the caller's own fault elsewhere is its owner's state here. */
export function retryProblem(refusal: RetryRefusal, limits: SendLimits): Problem {
  switch (refusal.outcome) {
    case "not_failed":
      return problem("conflict", {
        detail: `Only a failed reply can be retried: this one is ${refusal.status}.`,
      });
    case "asked_since":
      return problem("conflict", {
        detail: "The message has been asked again already.",
        extra: { replyId: refusal.replyId },
      });
    case "not_askable":
      return problem("conflict", { detail: "The message has been deleted." });
    case "disabled":
      return problem("conflict", { detail: "The owner's account is disabled." });
    case "unknown_model":
      return problem("conflict", { detail: `The model ${refusal.model} is no longer offered.` });
    default:
      return refusalProblem(refusal, limits);
  }
}
