import { type CfnResource, Duration, RemovalPolicy, Stack } from "aws-cdk-lib";
import { type IVpc, Peer, Port, SecurityGroup, SubnetType, Vpc } from "aws-cdk-lib/aws-ec2";
import {
  AuroraPostgresEngineVersion,
  ClusterInstance,
  Credentials,
  DatabaseCluster,
  DatabaseClusterEngine,
} from "aws-cdk-lib/aws-rds";
import type { ISecret } from "aws-cdk-lib/aws-secretsmanager";
import { Construct } from "constructs";
import type { Deployment, Network } from "../deployment.ts";
import type { Stage } from "../stages.ts";
import { acknowledge } from "./acknowledge.ts";
import { natInstance } from "./nat-instance.ts";

// Not Postgres' default.
const port = 5433;

/**
 * Aurora Serverless v2 for Postgres, paused when nobody is connected, in a VPC of its own. Functions in the VPC reach
 * models, Momento, Cognito and AWS through one small NAT instance: a NAT gateway costs five times as much.
 */
export class AuroraDatabase extends Construct {
  readonly network: Network;
  readonly secret: ISecret;

  constructor(scope: Construct, id: string, { stage, natImageId }: Deployment) {
    super(scope, id);
    const vpc = this.createVpc(natImageId);
    const functions = new SecurityGroup(this, "Functions", {
      vpc,
      description: "Functions that use the database",
    });
    const cluster = this.createCluster(vpc, stage);
    cluster.connections.allowFrom(functions, Port.tcp(port), "Functions of Parley");
    if (cluster.secret === undefined) throw new Error("The cluster has no secret.");
    this.secret = cluster.secret;
    this.network = {
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      securityGroups: [functions],
    };
  }

  private createVpc(natImageId: string | undefined): IVpc {
    const nat = natInstance(natImageId);
    const vpc = new Vpc(this, "Network", {
      maxAzs: 2,
      natGateways: 1,
      natGatewayProvider: nat.provider,
      subnetConfiguration: [
        { name: "public", subnetType: SubnetType.PUBLIC, cidrMask: 26 },
        { name: "functions", subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 22 },
        { name: "database", subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 26 },
      ],
    });
    nat.provider.securityGroup.addIngressRule(
      Peer.ipv4(vpc.vpcCidrBlock),
      Port.allTraffic(),
      "Everything from inside of the VPC",
    );
    nat.finish(Stack.of(this));
    acknowledge(vpc, {
      VPC7: "Flow logs of a private database and its functions cost more by the gigabyte than they could tell.",
      EC23: "The rule cannot read the VPC's address range; only that range is let in.",
      EC26: "The NAT instance forwards packets and stores nothing.",
      EC28: "Detailed monitoring of a NAT instance costs more than the instance tells.",
      EC29: "It has no state: CloudFormation may replace it.",
    });
    // Vpc declares an optional property in a way that exactOptionalPropertyTypes does not take for IVpc's.
    return vpc as IVpc;
  }

  private createCluster(vpc: IVpc, stage: Stage): DatabaseCluster {
    const cluster = new DatabaseCluster(this, "Cluster", {
      engine: DatabaseClusterEngine.auroraPostgres({ version: AuroraPostgresEngineVersion.VER_17_7 }),
      writer: ClusterInstance.serverlessV2("Writer", { publiclyAccessible: false }),
      serverlessV2MinCapacity: 0,
      serverlessV2MaxCapacity: stage.aurora.maximumCapacity,
      serverlessV2AutoPauseDuration: Duration.minutes(stage.aurora.pauseAfterMinutes),
      credentials: Credentials.fromGeneratedSecret("parley"),
      defaultDatabaseName: "parley",
      port,
      vpc,
      vpcSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED },
      storageEncrypted: true,
      iamAuthentication: true,
      backup: { retention: Duration.days(stage.aurora.backupDays) },
      deletionProtection: stage.keepsData,
      removalPolicy: stage.keepsData ? RemovalPolicy.RETAIN : RemovalPolicy.DESTROY,
    });
    if (stage.keepsData) {
      // Without its password a cluster that is kept would be kept from its owner.
      const secret = cluster.node.findChild("Secret").node.defaultChild as CfnResource;
      secret.applyRemovalPolicy(RemovalPolicy.RETAIN);
    }
    acknowledge(cluster, {
      SMG4: "Rotation would need a function of its own in the VPC all month; docs/operations.md rotates by hand.",
      ...(!stage.keepsData && { RDS10: "A stage that keeps no data may be deleted with its database." }),
    });
    return cluster;
  }
}
