import type { ISecurityGroup, IVpc, SubnetSelection } from "aws-cdk-lib/aws-ec2";
import type { IGrantable } from "aws-cdk-lib/aws-iam";
import type { Stage } from "./stages.ts";

/** What every stack is made for. */
export interface Deployment {
  readonly stage: Stage;
  /** The folder with a bundle of each function, made by `pnpm build`. */
  readonly bundles: string;
  /** Of the stage's secret: another one replaces the environments that hold an earlier one. */
  readonly secretVersion?: string;
  /** Of the NAT instance beside Aurora; without one Amazon Linux as it is today. */
  readonly natImageId?: string;
}

/** Where functions must stand to reach a database that has no public address. */
export interface Network {
  readonly vpc: IVpc;
  readonly vpcSubnets: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
}

/** How functions get at the database and the keys. */
export interface SecretAccess {
  /** Variables that name the secrets. */
  readonly variables: Readonly<Record<string, string>>;
  readonly network: Network | undefined;
  grantRead(grantee: IGrantable): void;
}
