/** Dollars a month of a resource that nobody uses, in us-east-1: the idle column of docs/operations.md. */
const prices: Readonly<Record<string, number>> = {
  "AWS::SecretsManager::Secret": 0.4,
  // With its IPv4 address and its disk.
  "AWS::EC2::Instance": 7.36,
  // Capacity while four sweeps a day keep it awake, storage and requests.
  "AWS::RDS::DBCluster": 1.42,
  // Its capacity is the cluster's.
  "AWS::RDS::DBInstance": 0,
  // The calls of a schedule are events of AWS's own.
  "AWS::Events::Rule": 0,
};

/** So many are free. */
const freeOf = { "AWS::CloudWatch::Alarm": 10, "AWS::CloudWatch::Dashboard": 3 };
const beyondFree = { "AWS::CloudWatch::Alarm": 0.1, "AWS::CloudWatch::Dashboard": 3 };

/** Five pollers of a source ask three times a minute; of a month's requests a million are free, then $0.40 a million. */
const pollsPerSource = (5 * 3 * 60 * 24 * 365) / 12 / 1_000_000;
const polling = (sources: number) => Math.max(0, sources * pollsPerSource - 1) * 0.4;

/** Everything that AWS bills by the hour or month, or, as polling does, without anybody using it. */
const billed =
  /^AWS::(?:EC2::(?:NatGateway|Instance|EIP|VPCEndpoint|TransitGateway\w*|VPNGateway)|ElastiCache|RDS|OpenSearchService|ElasticLoadBalancingV2|KMS::Key|ECS|EKS|MSK|Kinesis::Stream|WAFv2::WebACL|CloudWatch::(?:Alarm|Dashboard)|Events::Rule|SecretsManager::Secret$|Lambda::EventSourceMapping|Cognito::UserPoolRiskConfig\w*|Synthetics)/;
const free = /^AWS::RDS::DBSubnetGroup$/;

/** Does a resource of this type cost something while nobody uses it? */
export function billsWhileIdle(type: string): boolean {
  return billed.test(type) && !free.test(type);
}

export interface IdleBill {
  readonly dollars: number;
  /** Types that bill and that nobody has priced here. */
  readonly unpriced: readonly string[];
}

/** What resources of these types cost a month while nobody uses them. */
export function idleBill(types: readonly string[]): IdleBill {
  const counts = new Map<string, number>();
  for (const type of types.filter(billsWhileIdle)) counts.set(type, (counts.get(type) ?? 0) + 1);
  const unpriced: string[] = [];
  let dollars = 0;
  for (const [type, count] of counts) {
    if (type === "AWS::Lambda::EventSourceMapping") dollars += polling(count);
    else if (type in freeOf) {
      const kind = type as keyof typeof freeOf;
      dollars += Math.max(0, count - freeOf[kind]) * beyondFree[kind];
    } else if (type in prices) dollars += count * (prices[type] ?? 0);
    else unpriced.push(type);
  }
  return { dollars, unpriced };
}
