import { type CloudFormationClient, DescribeStacksCommand, type Stack } from "@aws-sdk/client-cloudformation";
import { DeploymentError } from "../deployment-error.ts";

type Client = Pick<CloudFormationClient, "send">;

/** A deployed stack; undefined when there is none of that name. */
export async function findStack(client: Client, stackName: string): Promise<Stack | undefined> {
  try {
    return (await client.send(new DescribeStacksCommand({ StackName: stackName }))).Stacks?.[0];
  } catch (error) {
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined;
    throw error;
  }
}

/** An output of a deployed stack; undefined where there is no such stack, or none in it. */
export async function findStackOutput(
  client: Client,
  stackName: string,
  name: string,
): Promise<string | undefined> {
  const stack = await findStack(client, stackName);
  return stack?.Outputs?.find(({ OutputKey }) => OutputKey === name)?.OutputValue;
}

/**
 * An output of a deployed stack.
 * @throws DeploymentError when the stage is not deployed
 */
export async function stackOutput(client: Client, stackName: string, name: string): Promise<string> {
  const value = await findStackOutput(client, stackName, name);
  if (value !== undefined) return value;
  throw new DeploymentError(
    `There is no stack ${stackName} in this account and region: deploy the stage first.`,
  );
}
