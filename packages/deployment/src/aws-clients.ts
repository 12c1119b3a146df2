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

/** The same client for the user pool of a local stack, which asks for a signature and does not check it. */
export function localUserPools(region: string, endpoint: string): CognitoIdentityProviderClient {
  const credentials = { accessKeyId: "local", secretAccessKey: "local" };
  return new CognitoIdentityProviderClient({ region, endpoint, credentials });
}
