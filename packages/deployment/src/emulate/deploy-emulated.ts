import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CloudFormationClient, paginateListStackResources } from "@aws-sdk/client-cloudformation";
import { type SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { findStack } from "../admin/stack-output.ts";
import { type CheckClients, checkStacks, stackNames } from "../check/check-stacks.ts";
import { runSteps } from "../check/step.ts";
import { DeploymentError } from "../deployment-error.ts";
import { type Coverage, coverageOf } from "./coverage.ts";
import { emulatedTemplate, type Template, templateSchema } from "./emulated-template.ts";

export interface EmulatedDeployment {
  readonly stage: string;
  /** The folder that `cdk synth` wrote; its templates are rewritten. */
  readonly assembly: string;
  readonly clients: CheckClients;
  readonly say: (line: string) => void;
  /** Runs CDK's command line to its end and answers its exit code. */
  readonly cdk: (argumentList: readonly string[]) => Promise<number>;
}

/** What each resource has become, by its logical id. */
async function madeIn(client: CloudFormationClient, StackName: string): Promise<Map<string, string>> {
  const made = new Map<string, string>();
  for await (const { StackResourceSummaries = [] } of paginateListStackResources({ client }, { StackName }))
    for (const { LogicalResourceId = "", PhysicalResourceId = "" } of StackResourceSummaries)
      made.set(LogicalResourceId, PhysicalResourceId);
  return made;
}

interface Subscription {
  readonly Protocol: string;
  readonly Endpoint: string;
  readonly TopicArn: { readonly Ref: string };
}

/** The emulator's CloudFormation makes topics alone; it takes a subscription to be confirmed at once. */
async function subscribe(client: SNSClient, template: Template, made: ReadonlyMap<string, string>) {
  for (const { Type, Properties } of Object.values(template.Resources)) {
    if (Type !== "AWS::SNS::Subscription") continue;
    const { Protocol, Endpoint, TopicArn } = Properties as unknown as Subscription;
    await client.send(new SubscribeCommand({ Protocol, Endpoint, TopicArn: made.get(TopicArn.Ref) }));
  }
}

/**
 * Deploys the stacks of a stage to an emulator, one after another, asks of them what `deploy:check` asks of AWS, and
 * deletes them again.
 * @throws DeploymentError where CDK or the emulator refuses something, with one sentence
 */
export async function deployEmulated(deployment: EmulatedDeployment): Promise<Coverage> {
  const { stage, assembly, clients, say, cdk } = deployment;
  const { stacks: client } = clients;
  const app = ["--app", assembly];
  const outputs = new Map<string, ReadonlyMap<string, string>>();
  const found: Coverage[] = [];
  // moto deletes no VPC with what depends on it.
  const deletable: string[] = [];

  async function succeed(words: readonly string[], sentence: string): Promise<void> {
    if ((await cdk(words)) !== 0) throw new DeploymentError(`${sentence}; the lines above say why.`);
  }

  async function deployStack(name: string): Promise<string[]> {
    const stackName = `Parley-${stage}-${name}`;
    const file = join(assembly, `${stackName}.template.json`);
    const template: Template = templateSchema.parse(JSON.parse(await readFile(file, "utf8")));
    const given = emulatedTemplate(template, (stack, output) => outputs.get(stack)?.get(output));
    await writeFile(file, JSON.stringify(given));
    await succeed(
      ["deploy", stackName, "--exclusively", "--require-approval", "never", "--method", "direct", ...app],
      `${stackName} was not deployed`,
    );
    const { Outputs = [] } = (await findStack(client, stackName)) ?? {};
    const values = new Map(Outputs.map(({ OutputKey = "", OutputValue = "" }) => [OutputKey, OutputValue]));
    outputs.set(stackName, values);
    const made = await madeIn(client, stackName);
    await subscribe(clients.topics, template, made);
    const coverage = coverageOf(name, template, new Set(made.keys()));
    const missing = Object.keys(template.Outputs).filter((output) => !values.get(output));
    const faults = missing.map((output) => `${stackName}: the output ${output} is missing.`);
    found.push({ rows: coverage.rows, faults: [...coverage.faults, ...faults] });
    say(`${stackName}: deployed, ${values.size} outputs.`);
    if (Object.values(template.Resources).every(({ Type }) => Type !== "AWS::EC2::VPC")) deletable.push(name);
    const kept = Object.entries(template.Resources).filter(
      ([, { DeletionPolicy }]) => DeletionPolicy === "Retain",
    );
    return kept.map(([id]) => `${name}/${id}`);
  }

  await succeed(["bootstrap", ...app], "CDK was not bootstrapped");
  const retained: string[] = [];
  for (const name of stackNames) retained.push(...(await deployStack(name)));
  const failures = await runSteps(checkStacks(clients, stage), say, String);
  const named = deletable.map((name) => `Parley-${stage}-${name}`);
  await succeed(["destroy", ...named, "--force", ...app], "The stacks were not deleted");
  const left: string[] = [];
  for (const name of deletable)
    if ((await findStack(client, `Parley-${stage}-${name}`)) !== undefined) left.push(name);
  const faults = left.map((name) => `Parley-${stage}-${name} is still there after its deletion.`);
  if (failures > 0) faults.push(`Of what deploy:check asks, ${failures} failed.`);
  say(
    `Deleted again: ${deletable.join(", ")}. Retained by their templates: ${retained.join(", ") || "nothing"}.`,
  );
  return {
    rows: found.flatMap(({ rows }) => rows),
    faults: [...found.flatMap((one) => one.faults), ...faults],
  };
}
