import {
  CreateApiRequest$,
  CreateAuthorizerRequest$,
  CreateIntegrationRequest$,
  CreateRouteRequest$,
  CreateRouteResponseRequest$,
  CreateStageRequest$,
} from "@aws-sdk/client-apigatewayv2";
import { PutMetricAlarmInput$ } from "@aws-sdk/client-cloudwatch";
import { PutMetricFilterRequest$ } from "@aws-sdk/client-cloudwatch-logs";
import {
  CreateGroupRequest$,
  CreateIdentityProviderRequest$,
  CreateManagedLoginBrandingRequest$,
  CreateUserPoolClientRequest$,
  CreateUserPoolDomainRequest$,
  CreateUserPoolRequest$,
} from "@aws-sdk/client-cognito-identity-provider";
import { CreateDBClusterMessage$, CreateDBInstanceMessage$ } from "@aws-sdk/client-rds";
import { CreateSecretRequest$ } from "@aws-sdk/client-secrets-manager";
import { SubscribeInput$ } from "@aws-sdk/client-sns";
import { type Shape, shapeFaults } from "./request-shape.ts";

interface Request {
  readonly shape: Shape;
  /** Names that a template has in place of the call's. */
  readonly renamed?: Readonly<Record<string, string>>;
  /** What CloudFormation makes by itself. */
  readonly generated?: readonly string[];
  /** What is no part of this call, but of another one or of CloudFormation alone. */
  readonly apart?: readonly string[];
}

/** The call that makes a resource, for each type of which moto's CloudFormation knows nothing. */
const requests: Readonly<Record<string, Request>> = {
  "AWS::ApiGatewayV2::Api": { shape: CreateApiRequest$ },
  "AWS::ApiGatewayV2::Authorizer": { shape: CreateAuthorizerRequest$ },
  "AWS::ApiGatewayV2::Integration": { shape: CreateIntegrationRequest$ },
  "AWS::ApiGatewayV2::Route": { shape: CreateRouteRequest$ },
  "AWS::ApiGatewayV2::RouteResponse": { shape: CreateRouteResponseRequest$ },
  "AWS::ApiGatewayV2::Stage": { shape: CreateStageRequest$ },
  "AWS::CloudWatch::Alarm": { shape: PutMetricAlarmInput$, generated: ["AlarmName"] },
  "AWS::Cognito::ManagedLoginBranding": { shape: CreateManagedLoginBrandingRequest$ },
  "AWS::Cognito::UserPool": {
    shape: CreateUserPoolRequest$,
    renamed: { UserPoolName: "PoolName" },
    generated: ["PoolName"],
    apart: ["EnabledMfas"],
  },
  "AWS::Cognito::UserPoolClient": { shape: CreateUserPoolClientRequest$, generated: ["ClientName"] },
  "AWS::Cognito::UserPoolDomain": { shape: CreateUserPoolDomainRequest$ },
  "AWS::Cognito::UserPoolGroup": { shape: CreateGroupRequest$ },
  "AWS::Cognito::UserPoolIdentityProvider": { shape: CreateIdentityProviderRequest$ },
  "AWS::Logs::MetricFilter": { shape: PutMetricFilterRequest$, generated: ["filterName"] },
  "AWS::RDS::DBCluster": { shape: CreateDBClusterMessage$, generated: ["DBClusterIdentifier"] },
  // moto makes instances, of Aurora none.
  "AWS::RDS::DBInstance": { shape: CreateDBInstanceMessage$, generated: ["DBInstanceIdentifier"] },
  "AWS::SNS::Subscription": { shape: SubscribeInput$ },
  "AWS::SecretsManager::Secret": {
    shape: CreateSecretRequest$,
    generated: ["Name"],
    apart: ["GenerateSecretString"],
  },
};

/** Of neither does an emulator without Lambda's runtime or a call of AWS tell anything. */
const uncovered: readonly string[] = [
  "AWS::SNS::TopicPolicy",
  "AWS::SQS::QueuePolicy",
  "AWS::SecretsManager::SecretTargetAttachment",
  "Custom::Trigger",
];

/** Does moto's CloudFormation make resources of this type? */
export function isEmulated(type: string): boolean {
  return !(type in requests) && !uncovered.includes(type);
}

/** What the call that makes this resource would refuse; undefined where no call is known. */
export function requestFaults(
  type: string,
  properties: Readonly<Record<string, unknown>>,
): string[] | undefined {
  const request = requests[type];
  if (request === undefined) return undefined;
  const { shape, renamed = {}, generated = [], apart = [] } = request;
  const given = Object.fromEntries(
    Object.entries(properties)
      .filter(([name]) => !apart.includes(name))
      .map(([name, value]) => [renamed[name] ?? name, value]),
  );
  const made = Object.fromEntries(generated.map((name) => [name, { Ref: "AWS::NoValue" }]));
  return shapeFaults({ ...made, ...given }, shape);
}
