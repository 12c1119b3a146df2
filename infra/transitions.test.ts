import { type App, CfnOutput, type Stack } from "aws-cdk-lib";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import { expect, test } from "vitest";
import { type Synthesis, synthesise } from "./testing/synthesise.ts";

type Templates = Map<string, Synthesis["templates"] extends ReadonlyMap<string, infer T> ? T : never>;

/** The values of a key, wherever it is. */
function valuesOf(value: unknown, key: string): unknown[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => (name === key ? [inner] : valuesOf(inner, key)));
}

/** What CloudFormation refuses of an update: an output that is not there, and the loss of an export in use. */
function refusals(deployed: Templates, stackName: string, next: Synthesis["templates"]): string[] {
  const template = next.get(stackName);
  const exportsOf = (one: typeof template) =>
    Object.values(one?.Outputs ?? {}).flatMap(({ Export }) => Export?.Name ?? []);
  const lost = exportsOf(deployed.get(stackName)).filter((name) => !exportsOf(template).includes(name));
  const inUse = [...deployed].flatMap(([name, one]) =>
    name === stackName ? [] : valuesOf(one, "Fn::ImportValue"),
  );
  const missing = valuesOf(template, "Fn::GetStackOutput").filter((read) => {
    const { StackName, OutputName } = read as { StackName: string; OutputName: string };
    return deployed.get(StackName)?.Outputs[OutputName] === undefined;
  });
  return [
    ...lost.filter((name) => inUse.includes(name)).map((name) => `Export ${name} is in use.`),
    ...missing.map((read) => `${JSON.stringify(read)} does not exist.`),
  ];
}

/** Deploys one release over another, stack by stack. */
function deployOver(before: Synthesis, after: Synthesis): string[] {
  const deployed: Templates = new Map(before.templates);
  return [...after.templates].flatMap(([stackName, template]) => {
    const refused = refusals(deployed, stackName, after.templates);
    deployed.set(stackName, template);
    return refused;
  });
}

/** A release with a queue more, which another stack uses. */
function withExtraQueue(app: App): void {
  const stack = (name: string) => app.node.findChild(`Parley-dev-${name}`) as Stack;
  const queue = new Queue(stack("Replies"), "Extra", {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    deadLetterQueue: {
      maxReceiveCount: 5,
      queue: Queue.fromQueueArn(stack("Replies"), "Dead", "arn:aws:sqs:us-east-1:1:dead"),
    },
  });
  new CfnOutput(stack("Api"), "ExtraUrl", { value: queue.queueUrl });
}

test("embeddings go off, a database leaves Aurora, and a release loses what another stack used", async () => {
  const plain = await synthesise("dev");
  const embedding = await synthesise("dev", { stages: { dev: { keepsData: false, embeddings: {} } } });
  const aurora = await synthesise("dev", { overrides: { database: "aurora" } });
  const larger = await synthesise("dev", { change: withExtraQueue });
  const readOf = ({ templates }: Synthesis) => valuesOf([...templates.values()], "Fn::GetStackOutput").length;
  // Each of them does lose something that another stack reads.
  for (const before of [embedding, aurora, larger]) {
    expect(readOf(before)).toBeGreaterThan(readOf(plain));
    expect(deployOver(before, plain)).toEqual([]);
    expect(deployOver(plain, before)).toEqual([]);
  }
});
