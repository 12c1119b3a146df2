import { type CfnResource, Duration, RemovalPolicy, Stack, type StackProps } from "aws-cdk-lib";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import { LogGroup } from "aws-cdk-lib/aws-logs";
import { type ISecret, Secret } from "aws-cdk-lib/aws-secretsmanager";
import { Trigger } from "aws-cdk-lib/triggers";
import type { Construct } from "constructs";
import { AuroraDatabase } from "../constructs/aurora-database.ts";
import { ResourceFunction } from "../constructs/resource-function.ts";
import type { Deployment, SecretAccess } from "../deployment.ts";
import { environmentOf } from "../environments.ts";
import type { Stage } from "../stages.ts";

const migrationSeconds = 600;

/**
 * The database's side of a deployment: its secret, with `database: "aurora"` the cluster itself, and the migrations.
 * The other stacks depend on this one, so a migration that fails stops the deployment before new code serves.
 */
export class DatabaseStack extends Stack {
  readonly secrets: SecretAccess;

  constructor(scope: Construct, id: string, props: Deployment & StackProps) {
    super(scope, id, props);
    const { stage } = props;
    const keys = Secret.fromSecretNameV2(this, "Keys", stage.secretName);
    const aurora = stage.database === "aurora" ? new AuroraDatabase(this, "Aurora", props) : undefined;
    this.secrets = secretAccess(props, keys, aurora);

    const migrate = new ResourceFunction(this, "Migrate", {
      ...props,
      functionName: "migrate",
      environment: environmentOf("migrate", {
        MIGRATIONS_FOLDER: "/var/task/migrations",
        EMBEDDING_DIMENSIONS: stage.embeddings?.dimensions?.toString(),
        STORAGE_CONVERSATIONS: stage.limits.storedConversations?.toString(),
        STORAGE_MESSAGES: stage.limits.storedMessages?.toString(),
        STORAGE_NOTES: stage.limits.storedNotes?.toString(),
        STORAGE_SYSTEM_PROMPTS: stage.limits.storedSystemPrompts?.toString(),
        STORAGE_API_KEYS: stage.limits.storedApiKeys?.toString(),
        STORAGE_MEGABYTES: stage.limits.storedMegabytes?.toString(),
        STORAGE_TOTAL_MEGABYTES: stage.limits.totalStoredMegabytes?.toString(),
      }),
      memoryMegabytes: stage.memory.background,
      timeoutSeconds: migrationSeconds,
      secrets: this.secrets,
    });
    const trigger = new Trigger(this, "Migrations", {
      handler: migrate.lambda,
      timeout: Duration.seconds(migrationSeconds),
      executeAfter: aurora === undefined ? [] : [aurora],
    });
    this.keepTriggerLog(trigger, stage);
  }

  /** CDK's function that calls the migrations would have a log group of Lambda's making, which never forgets. */
  private keepTriggerLog(trigger: Trigger, stage: Stage): void {
    const log = new LogGroup(this, "TriggerLog", {
      logGroupName: `/parley/${stage.name}/migrations-trigger`,
      retention: stage.logRetentionDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    const provider = this.node.findChild("AWSCDK.TriggerCustomResourceProviderCustomResourceProvider");
    const handler = provider.node.findChild("Handler") as CfnResource;
    handler.addPropertyOverride("LoggingConfig", { LogGroup: log.logGroupName });
    trigger.node.addDependency(log);
  }
}

function secretAccess(
  { stage, secretVersion }: Deployment,
  keys: ISecret,
  aurora: AuroraDatabase | undefined,
): SecretAccess {
  return {
    variables: {
      SECRET_ID: stage.secretName,
      // Read by nobody: a change of it is what makes Lambda start new environments, which read the secret anew.
      ...(secretVersion && { SECRET_VERSION: secretVersion }),
      // Lambda's file of the certificate authorities of AWS: Node does not know that of RDS.
      ...(aurora && {
        DATABASE_SECRET_ID: aurora.secret.secretArn,
        NODE_EXTRA_CA_CERTS: "/var/runtime/ca-cert.pem",
      }),
    },
    network: aurora?.network,
    grantRead: (grantee: IGrantable) => {
      keys.grantRead(grantee);
      aurora?.secret.grantRead(grantee);
    },
  };
}
