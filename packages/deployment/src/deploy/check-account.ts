import { findStack } from "../admin/stack-output.ts";
import { DeploymentError } from "../deployment-error.ts";
import { isYes } from "../terminal.ts";
import type { Ask } from "./secret-values.ts";

type Client = Parameters<typeof findStack>[0];

/**
 * Asks AWS with these credentials, so that wrong ones are said before anything is asked or built.
 * @returns whether the account and region are to be bootstrapped first
 * @throws DeploymentError where nobody can answer, or the answer is no
 */
export async function checkAccount(options: {
  readonly client: Client;
  readonly region: string;
  readonly source: string;
  readonly ask: Ask | undefined;
  readonly say: (line: string) => void;
}): Promise<boolean> {
  const { client, region, source, ask, say } = options;
  const toolkit = await findStack(client, "CDKToolkit");
  const account = toolkit?.StackId?.split(":")[4];
  say(`AWS: region ${region} (${source})${account === undefined ? "" : `, account ${account}`}.`);
  if (toolkit !== undefined) return false;
  const answer = await ask?.(
    "CDK has no bootstrap stack here yet: a bucket for bundles and the roles that deploy. Make it? [Y/n] ",
  );
  if (answer !== undefined && isYes(answer)) return true;
  throw new DeploymentError(
    `CDK is not bootstrapped in this account and region: AWS_REGION=${region} npx -y pnpm@12 exec cdk bootstrap.`,
  );
}
