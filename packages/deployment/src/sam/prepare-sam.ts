import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { secretVariables } from "@parley/settings/secrets";
import * as z from "zod/mini";
import { DeploymentError } from "../deployment-error.ts";
import { sampleEvents } from "./sample-events.ts";

type Variables = Readonly<Record<string, string | undefined>>;

// SAM runs functions in containers: this machine is elsewhere for them.
const thisMachine = "host.docker.internal";
// Docker Desktop knows that name by itself, Docker on Linux does not.
const hostOption = `--add-host ${thisMachine}:host-gateway`;

/** What the template does not declare: values of the secret, and where to find the services of this machine. */
const variableNames = [
  ...Object.values(secretVariables),
  "AWS_REGION",
  "AWS_ENDPOINT_URL_SQS",
  "AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER",
  "USER_POOL_JWKS",
  "MOMENTO_ENDPOINT",
  "OPENAI_BASE_URL",
  "OPENAI_MODELS",
  "PROVIDERS",
  "ANTHROPIC_BASE_URL",
  "DEFAULT_MODEL",
  "FALLBACK_MODEL",
  "TITLE_MODEL",
];
/** What would have functions look for secrets in AWS. */
const withoutMeaning = ["SECRET_ID", "SECRET_VERSION", "DATABASE_SECRET_ID", "NODE_EXTRA_CA_CERTS"];
// `dev` has 3000, and 3001 for its WebSocket API; its database, queue and user pool may be what SAM's functions use.
const port = 3010;
/** Without these nothing runs. */
const needed = ["DATABASE_URL", "QUEUE_URL", "USER_POOL_ID", "USER_POOL_CLIENT_ID"];

const functionSchema = z.looseObject({
  Type: z.literal("AWS::Lambda::Function"),
  Properties: z.looseObject({
    Description: z.string().check(z.startsWith("Parley ")),
    Environment: z.optional(z.object({ Variables: z.record(z.string(), z.unknown()) })),
  }),
});
const templateSchema = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Metadata: z.optional(z.record(z.string(), z.unknown())) }),
  ),
});

export interface SamPlan {
  readonly port: number;
  readonly startApi: string;
  /** One for each event, by function. */
  readonly invocations: readonly { functionName: string; command: string }[];
  readonly environmentFile: string;
  /** Variables that are not set and without which nothing runs. */
  readonly missing: readonly string[];
}

/** Another name for this machine where an address means it. */
function fromContainer(value: string | undefined): string {
  const here = /(?<=^|\/\/(?:[^@/]*@)?)(?:localhost|127\.0\.0\.1)(?=[:/])/;
  return (value ?? "").replace(here, thisMachine);
}

/** The variables of a function: what its template says in plain text, and over that what this machine's say. */
function variablesOf(
  { Properties }: z.output<typeof functionSchema>,
  environment: Variables,
): Record<string, string> {
  const declared = Object.entries(Properties.Environment?.Variables ?? {}).filter(
    ([name]) => !withoutMeaning.includes(name),
  );
  const isDeclared = (name: string) => declared.some(([one]) => one === name);
  const names = new Set([...declared.map(([name]) => name), ...variableNames]);
  // A reference to another resource or stack is nothing that SAM could resolve.
  const plain = Object.fromEntries(declared.filter(([, value]) => typeof value === "string")) as Variables;
  const all = [...names].map((name) => [name, fromContainer(environment[name] || plain[name])] as const);
  // What SAM sets by itself, such as the region, an empty variable would take away.
  return Object.fromEntries(all.filter(([name, value]) => value !== "" || isDeclared(name)));
}

function nameOf(description: string): string {
  return description.split(": ")[1] ?? "";
}

/**
 * Makes what `sam local` needs of a synthesised stage: templates whose functions take plain variables in place of
 * secrets and of other stacks' values, a file with these variables, and events.
 * @param assembly the folder that `cdk synth` wrote; everything is put into it
 * @throws DeploymentError when there is no template of the API
 */
export async function prepareSam(assembly: string, environment: Variables): Promise<SamPlan> {
  const environmentFile = join(assembly, "sam-environment.json");
  const files = (await readdir(assembly)).filter((name) => name.endsWith(".template.json"));
  const apiFile = files.find((name) => name.endsWith("-Api.template.json"));
  if (apiFile === undefined) throw new DeploymentError(`There is no template of the API in ${assembly}.`);

  const environments: Record<string, Record<string, string>> = {};
  const invocations: { functionName: string; command: string }[] = [];
  for (const file of files) {
    const template = templateSchema.parse(JSON.parse(await readFile(join(assembly, file), "utf8")));
    const samFile = join(assembly, samName(file));
    for (const [id, resource] of Object.entries(template.Resources)) {
      // SAM says a line of each of CDK's paths; it knows resources by their logical ids as well.
      delete resource.Metadata?.["aws:cdk:path"];
      const found = functionSchema.safeParse(resource);
      if (!found.success) continue;
      const functionName = nameOf(found.data.Properties.Description);
      const own = { ...variablesOf(found.data, environment), POWERTOOLS_TRACE_ENABLED: "false" };
      environments[id] = own;
      template.Resources[id] = withVariables(found.data, own);
      for (const event of await writeEvents(assembly, functionName)) {
        const options = `-t ${samFile} -e ${event} --env-vars ${environmentFile} ${hostOption}`;
        invocations.push({ functionName, command: `sam local invoke ${id} ${options}` });
      }
    }
    await writeFile(samFile, JSON.stringify(template, null, 1));
  }
  await writeFile(environmentFile, JSON.stringify(environments, null, 1), { mode: 0o600 });
  return {
    port,
    startApi: `sam local start-api --port ${port} -t ${join(assembly, samName(apiFile))} --env-vars ${environmentFile} ${hostOption} --warm-containers LAZY`,
    invocations: invocations.toSorted((left, right) => left.functionName.localeCompare(right.functionName)),
    environmentFile,
    missing: needed.filter((name) => !environment[name]),
  };
}

function samName(file: string): string {
  return file.replace(".template.json", ".sam.json");
}

/** SAM knows neither secrets nor other stacks: each variable is declared empty and filled from the file. */
function withVariables(resource: z.output<typeof functionSchema>, variables: Record<string, string>) {
  const Variables = Object.fromEntries(Object.keys(variables).map((name) => [name, ""]));
  const { Role: _, VpcConfig: __, ...properties } = resource.Properties;
  // Containers of this machine's own kind: emulation takes ten times as long.
  const Architectures = [process.arch === "arm64" ? "arm64" : "x86_64"];
  return { ...resource, Properties: { ...properties, Architectures, Environment: { Variables } } };
}

async function writeEvents(assembly: string, functionName: string): Promise<string[]> {
  const folder = join(assembly, "sam-events");
  await mkdir(folder, { recursive: true });
  const files: string[] = [];
  for (const [name, event] of sampleEvents(functionName)) {
    const file = join(folder, `${functionName}-${name}.json`);
    await writeFile(file, JSON.stringify(event, null, 1));
    files.push(file);
  }
  return files;
}
