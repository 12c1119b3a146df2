import { CfnOutput, Stack, type StackProps } from "aws-cdk-lib";
import type { IUserPool } from "aws-cdk-lib/aws-cognito";
import { Policy, PolicyStatement } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { ResourceFunction } from "../constructs/resource-function.ts";
import { SignIn, type SignInVariable } from "../constructs/sign-in.ts";
import { createUserPool } from "../constructs/user-pool.ts";
import type { Deployment, SecretAccess } from "../deployment.ts";
import { environmentOf } from "../environments.ts";

// Cognito waits no longer for a trigger.
const triggerSeconds = 5;

export interface AuthStackProps extends Deployment, StackProps {
  readonly secrets: SecretAccess;
}

/** Who may use Parley: the user pool with its triggers, groups, sign-in page and client. */
export class AuthStack extends Stack {
  readonly userPool: IUserPool;
  readonly clientId: string;
  /** What the function `auth` tells of the sign-in page. */
  readonly signInVariables: Record<SignInVariable, string | undefined>;

  constructor(scope: Construct, id: string, props: AuthStackProps) {
    super(scope, id, props);
    const { stage } = props;
    const postConfirmation = new ResourceFunction(this, "PostConfirmation", {
      ...props,
      functionName: "post-confirmation",
      environment: environmentOf("post-confirmation", {
        NEW_USER_TOKENS: stage.limits.newUserTokens?.toString(),
      }),
      memoryMegabytes: stage.memory.api,
      timeoutSeconds: triggerSeconds,
    });
    const pool = createUserPool(this, stage, {
      postConfirmation: postConfirmation.lambda,
      ...((stage.signUp !== "open" || stage.captcha !== undefined) && {
        preSignUp: this.preSignUp(props).lambda,
      }),
    });
    // A policy of its own: in the role's, pool, function and role would wait for one another.
    new Policy(this, "EndSessions", {
      roles: postConfirmation.lambda.role ? [postConfirmation.lambda.role] : [],
      statements: [
        new PolicyStatement({
          actions: ["cognito-idp:AdminUserGlobalSignOut"],
          resources: [pool.userPoolArn],
        }),
      ],
    });
    const signIn = new SignIn(this, "SignIn", { stage, pool });
    this.userPool = pool;
    this.clientId = signIn.client.userPoolClientId;
    this.signInVariables = signIn.variables(stage);
    new CfnOutput(this, "UserPoolId", { value: pool.userPoolId });
    new CfnOutput(this, "UserPoolClientId", { value: this.clientId });
    new CfnOutput(this, "SignInPage", { value: signIn.pageUrl });
  }

  /** It needs a secret for the passes of a captcha alone. */
  private preSignUp({ secrets, ...props }: AuthStackProps): ResourceFunction {
    const { stage } = props;
    return new ResourceFunction(this, "PreSignUp", {
      ...props,
      ...(stage.captcha !== undefined && { secrets }),
      functionName: "pre-sign-up",
      environment: environmentOf("pre-sign-up", {
        SIGN_UP: stage.signUp,
        CAPTCHA: stage.captcha?.provider,
        ALLOWED_DOMAINS: stage.signUp === "domains" ? stage.signUpDomains.join(",") : undefined,
      }),
      memoryMegabytes: stage.memory.authorizer,
      timeoutSeconds: triggerSeconds,
    });
  }
}
