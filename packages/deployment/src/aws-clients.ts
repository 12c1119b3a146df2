import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CloudWatchLogsClient } from "@aws-sdk/client-cloudwatch-logs";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SNSClient } from "@aws-sdk/client-sns";

/** The clients that deploying needs, in one region. */
export function awsClients(region: string) {
  return {
    secrets: new SecretsManagerClient({ region }),
    stacks: new CloudFormationClient({ region }),
    userPools: new CognitoIdentityProviderClient({ region }),
  };
}

/** What a check of a deployment asks besides. */
export function checkClients(region: string) {
  return {
    stacks: new CloudFormationClient({ region }),
    logs: new CloudWatchLogsClient({ region }),
    topics: new SNSClient({ region }),
  };
}

/** The region of the AWS profile. @throws where it has none */
export function profileRegion(): Promise<string> {
  return new CloudFormationClient({}).config.region();
}

/** The same client for the user pool of a local stack, which asks for a signature and does not check it. */
export function localUserPools(region: string, endpoint: string): CognitoIdentityProviderClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new CognitoIdentityProviderClient({ region, endpoint, credentials });
}
