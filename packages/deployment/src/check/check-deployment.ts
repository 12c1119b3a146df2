import { ParleyError } from "@parley/client";
import { DeploymentError, explainAwsError } from "../deployment-error.ts";
import { checkConversation } from "./check-conversation.ts";
import { checkConsole, checkHealth, checkSignInPage } from "./check-page.ts";
import { type CheckClients, checkStacks } from "./check-stacks.ts";
import { runSteps, skip } from "./step.ts";
import type { UserPool } from "./throw-away-user.ts";

export interface CheckedDeployment {
  /** Without a slash at its end. */
  readonly url: string;
  /** Of the deployment; without it nothing is asked of its database. */
  readonly metricsToken?: string | undefined;
  /** In which a throw-away user may be made; undefined where only the address is known. */
  readonly userPool: UserPool | undefined;
  /** Undefined where nothing of it is on AWS. */
  readonly aws:
    | { readonly stage: string; readonly clients: CheckClients; readonly region: string }
    | undefined;
}

const onAwsOnly = "on AWS only";
const withoutUsers = "a throw-away user is made in a user pool: name a stage, or local";

function sentenceOf(error: unknown, region: string | undefined): string {
  if (error instanceof DeploymentError) return error.message;
  if (error instanceof ParleyError)
    return `${error.message}${error.requestId === undefined ? "" : ` (request ${error.requestId})`}`;
  const isAws = error instanceof Error && "$metadata" in error;
  if (isAws || (error instanceof Error && error.name === "CredentialsProviderError"))
    return explainAwsError(error, region ?? "").message;
  const { message = "", cause } = error instanceof Error ? error : { message: String(error) };
  return cause instanceof Error ? `${message.replace(/\.$/, "")}: ${cause.message}.` : message;
}

/**
 * Verifies a deployment from outside, and says a line of each step. It changes nothing but a user of its own, whom it
 * deletes.
 * @returns how many steps failed
 */
export function checkDeployment(
  { url, metricsToken, userPool, aws }: CheckedDeployment,
  say: (line: string) => void,
): Promise<number> {
  const steps = [
    checkHealth(url, metricsToken),
    checkConsole(url),
    checkSignInPage(url),
    ...(userPool === undefined
      ? ["sign-in", "conversation", "push"].map((name) => skip(name, withoutUsers))
      : checkConversation(url, userPool)),
    ...(aws === undefined
      ? ["alarms", "log groups", "idle bill"].map((name) => skip(name, onAwsOnly))
      : checkStacks(aws.clients, aws.stage)),
  ];
  return runSteps(steps, say, (error) => sentenceOf(error, aws?.region));
}
