import type { PromptRefusal } from "@parley/data/system-prompt-changes";
import type { Caller } from "@parley/http/api-types";
import { missProblem } from "@parley/http/matched-version";
import { type Problem, problem } from "@parley/http/problem";

/** Who wants to change a prompt, as the statement that changes it judges. */
export function askerOf({ userId, identity }: Caller): { ownerId: string; isAdmin: boolean } {
  const groups: readonly string[] = identity.groups;
  return { ownerId: userId, isAdmin: groups.includes("admin") };
}

/** Who may make a prompt public. */
export type Publishers = "everybody" | "admins";

/** Whether the caller is one of them. */
export function mayPublish(publishers: Publishers, caller: Caller): boolean {
  return publishers === "everybody" || askerOf(caller).isAdmin;
}

/** The refusal of a text that would be public. */
export function unpublishable(): Problem {
  return problem("forbidden", { detail: "Only admins may make prompts public here." });
}

/** Why a prompt was not changed. That a public one exists is no secret, so it is refused and not hidden. */
export function promptProblem(refusal: PromptRefusal): Problem {
  if (refusal === "unpublishable") return unpublishable();
  if (refusal !== "forbidden") return missProblem(refusal);
  return problem("forbidden", {
    detail: "This public prompt is another user's. Save one of your own with its text to change that.",
  });
}
