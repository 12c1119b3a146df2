import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  AccountRecovery,
  FeaturePlan,
  Mfa,
  UserPool,
  UserPoolEmail,
  UserPoolGroup,
  type UserPoolTriggers,
} from "aws-cdk-lib/aws-cognito";
import type { Construct } from "constructs";
import type { Stage } from "../stages.ts";
import { acknowledge } from "./acknowledge.ts";

/** People by their e-mail address, which Cognito verifies; `admin` is the one group. */
export function createUserPool(scope: Construct, stage: Stage, lambdaTriggers: UserPoolTriggers): UserPool {
  const pool = new UserPool(scope, "UserPool", {
    featurePlan: FeaturePlan.ESSENTIALS,
    selfSignUpEnabled: stage.signUp !== "invite",
    signInAliases: { email: true },
    signInCaseSensitive: false,
    autoVerify: { email: true },
    keepOriginal: { email: true },
    standardAttributes: {
      email: { required: true, mutable: true },
      fullname: { required: false, mutable: true },
    },
    // The same words as the API's refusal of a password.
    passwordPolicy: {
      minLength: 8,
      requireLowercase: true,
      requireUppercase: true,
      requireDigits: true,
      requireSymbols: true,
      tempPasswordValidity: Duration.days(7),
    },
    mfa: Mfa.OPTIONAL,
    mfaSecondFactor: { otp: true, sms: false },
    accountRecovery: AccountRecovery.EMAIL_ONLY,
    email:
      stage.emailSender === undefined
        ? UserPoolEmail.withCognito()
        : UserPoolEmail.withSES({ fromEmail: stage.emailSender, fromName: "Parley" }),
    lambdaTriggers,
    deletionProtection: stage.keepsData,
    removalPolicy: stage.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
  });
  new UserPoolGroup(scope, "Admins", {
    userPool: pool,
    groupName: "admin",
    description: "May use /v1/admin",
  });
  acknowledge(pool, {
    COG2: "A second factor is for each person to choose; a chat of one's own account need not force it.",
    COG3: "Threat protection comes with Cognito's Plus plan, which a personal account would pay for by the user.",
    COG8: "The Plus plan is not worth its price here; sign-up is by invitation.",
  });
  return pool;
}
