import { join } from "node:path";
import { Duration, RemovalPolicy } from "aws-cdk-lib";
import { Effect, PolicyStatement, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Code, Function as LambdaFunction, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { Construct } from "constructs";
import type { Deployment, SecretAccess } from "../deployment.ts";
import type { AnyFunction } from "../environments.ts";
import { acknowledge } from "./acknowledge.ts";
import { telemetryVariables } from "./telemetry.ts";

export interface ResourceFunctionProps extends Deployment {
  /** Its folder in `functions/`. */
  readonly functionName: AnyFunction;
  /** Of its log group, where the folder's name is taken: by the same function in another stack. */
  readonly logName?: string;
  /** From `environmentOf`. */
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
  readonly timeoutSeconds: number;
  /** For functions that use the database or a key. */
  readonly secrets?: SecretAccess;
}

/** Where the functions' own metrics of a stage are. */
export function metricsNamespace(stageName: string): string {
  return `Parley/${stageName}`;
}

/** One function of `functions/`: its bundle, a role of its own and a log group that forgets. */
export class ResourceFunction extends Construct {
  readonly lambda: LambdaFunction;
  readonly logGroup: LogGroup;

  constructor(scope: Construct, id: string, props: ResourceFunctionProps) {
    super(scope, id);
    const { functionName, logName = functionName, stage, secrets } = props;
    this.logGroup = new LogGroup(this, "Log", {
      logGroupName: `/parley/${stage.name}/${logName}`,
      retention: stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    this.lambda = new LambdaFunction(this, "Function", {
      description: `Parley ${stage.name}: ${functionName}`,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: Code.fromAsset(join(props.bundles, functionName)),
      handler: "index.handler",
      memorySize: props.memoryMegabytes,
      timeout: Duration.seconds(props.timeoutSeconds),
      tracing: stage.tracing ? Tracing.ACTIVE : Tracing.DISABLED,
      role,
      logGroup: this.logGroup,
      environment: {
        POWERTOOLS_SERVICE_NAME: functionName,
        POWERTOOLS_LOG_LEVEL: stage.logLevel,
        POWERTOOLS_METRICS_NAMESPACE: metricsNamespace(stage.name),
        // A client's own trace header may ask for sampling.
        ...(!stage.tracing && { POWERTOOLS_TRACE_ENABLED: "false" }),
        ...telemetryVariables(stage, functionName),
        ...secrets?.variables,
        ...props.environment,
      },
      ...secrets?.network,
    });
    this.logGroup.grantWrite(role);
    secrets?.grantRead(role);
    if (secrets?.network !== undefined) allowNetworkInterfaces(role);
    const reasons = [
      ...(stage.tracing ? ["X-Ray's actions know no resources."] : []),
      ...(secrets?.network === undefined
        ? []
        : ["Lambda makes the function's network interfaces with its role and cannot name them before."]),
    ];
    if (reasons.length > 0) acknowledge(role, { "IAM5[Resource::*]": reasons.join(" ") });
  }
}

/** What Lambda needs of the role to stand in a VPC: the managed policy AWSLambdaVPCAccessExecutionRole without its logs. */
function allowNetworkInterfaces(role: Role): void {
  role.addToPolicy(
    new PolicyStatement({
      effect: Effect.ALLOW,
      actions: [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ],
      resources: ["*"],
    }),
  );
}
