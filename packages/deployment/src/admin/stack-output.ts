import { type CloudFormationClient, DescribeStacksCommand } from "@aws-sdk/client-cloudformation";
import { DeploymentError } from "../deployment-error.ts";

/**
 * An output of a deployed stack.
 * @throws DeploymentError when the stage is not deployed
 */
export async function stackOutput(
  client: Pick<CloudFormationClient, "send">,
  stackName: string,
  name: string,
): Promise<string> {
  const missing = new DeploymentError(
    `There is no stack ${stackName} in this account and region: deploy the stage first.`,
  );
  const answer = await client
    .send(new DescribeStacksCommand({ StackName: stackName }))
    .catch((error: unknown) => {
      throw error instanceof Error && /does not exist/.test(error.message) ? missing : error;
    });
  const value = answer.Stacks?.[0]?.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
  if (value === undefined) throw missing;
  return value;
}
