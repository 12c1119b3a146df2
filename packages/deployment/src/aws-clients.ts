import { CloudFormationClient } from "@aws-sdk/client-cloudformation";
import { CognitoIdentityProviderClient } from "@aws-sdk/client-cognito-identity-provider";
import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** The clients that deploying needs, in one region; without one the SDK looks for it in your profile. */
export function awsClients(region: string | undefined) {
  const settings = region === undefined ? {} : { region };
  return {
    secrets: new SecretsManagerClient(settings),
    stacks: new CloudFormationClient(settings),
    userPools: new CognitoIdentityProviderClient(settings),
  };
}
