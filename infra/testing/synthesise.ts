import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { App } from "aws-cdk-lib";
import * as z from "zod/mini";
import { addStacks } from "../add-stacks.ts";
import { resolveStage, type Stages } from "../stages.ts";

const functions = fileURLToPath(new URL("../../functions", import.meta.url));

/** Every function there is: the folders of `functions/` with an entry point. */
export const functionNames = readdirSync(functions).filter((name) =>
  existsSync(join(functions, name, "index.ts")),
);

const resourceSchema = z.object({
  Type: z.string(),
  Properties: z._default(z.record(z.string(), z.unknown()), {}),
  DeletionPolicy: z.optional(z.string()),
  CreationPolicy: z.optional(z.unknown()),
  DependsOn: z.optional(z.union([z.string(), z.array(z.string())])),
});
export type Resource = z.output<typeof resourceSchema>;

const templateSchema = z.object({
  Resources: z.record(z.string(), resourceSchema),
  Outputs: z._default(
    z.record(z.string(), z.looseObject({ Export: z.optional(z.object({ Name: z.string() })) })),
    {},
  ),
});

/** As `cdk.json` has them, which only CDK's command line reads. */
const { context } = z
  .object({ context: z.record(z.string(), z.unknown()) })
  .parse(JSON.parse(readFileSync(new URL("../../cdk.json", import.meta.url), "utf8")));

export interface Synthesis {
  /** In the order in which CDK deploys them. */
  readonly templates: ReadonlyMap<string, z.output<typeof templateSchema>>;
  /** Every resource of every stack, with the part of its stack's name after the stage. */
  readonly resources: readonly (Resource & { stack: string; id: string })[];
  ofType(type: string): (Resource & { stack: string; id: string })[];
}

type Overrides = Parameters<typeof resolveStage>[1];

/**
 * The templates of a stage, made of bundles with nothing in them: what is in a bundle is not CDK's business.
 * @throws ValidationFailed with what cdk-nag found and nobody acknowledged
 */
export async function synthesise(
  stageName: string,
  options: {
    overrides?: Overrides;
    stages?: Stages;
    secretVersion?: string;
    natImageId?: string;
    change?: (app: App) => void;
  } = {},
): Promise<Synthesis> {
  const folder = await mkdtemp(join(tmpdir(), "parley-synth-"));
  try {
    const bundles = join(folder, "functions");
    for (const name of functionNames) {
      await mkdir(join(bundles, name), { recursive: true });
      await writeFile(join(bundles, name, "index.mjs"), `// ${name}\n`);
    }
    const app = new App({
      outdir: join(folder, "out"),
      context,
      // Two thirds of the time; `pnpm synth` does it.
      builtinCloudFormationValidation: false,
      treeMetadata: false,
    });
    const { overrides, stages, secretVersion, natImageId } = options;
    addStacks(app, {
      stage: resolveStage(stageName, overrides, { ...(stages && { defaults: stages }) }),
      bundles,
      ...(secretVersion !== undefined && { secretVersion }),
      ...(natImageId !== undefined && { natImageId }),
    });
    options.change?.(app);
    return read(app);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function read(app: App): Synthesis {
  const templates = new Map(
    app.synth().stacks.map(({ template, stackName }) => [stackName, templateSchema.parse(template)]),
  );
  const resources = [...templates].flatMap(([stackName, template]) =>
    Object.entries(template.Resources).map(([id, resource]) => ({
      ...resource,
      id,
      stack: stackName.split("-").slice(2).join("-"),
    })),
  );
  return { templates, resources, ofType: (type) => resources.filter((resource) => resource.Type === type) };
}

/** The folder in `functions/` that a Lambda function is made of; undefined of one of CDK's own. */
export function functionOf(properties: Readonly<Record<string, unknown>>): string | undefined {
  return /^Parley .*: (.+)$/.exec(String(properties.Description ?? ""))?.[1];
}

/** The actions of every statement in a policy. */
export function actionsOf(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  if (Array.isArray(value)) return value.flatMap(actionsOf);
  return Object.entries(value).flatMap(([key, inner]) =>
    key === "Action" && inner !== null ? [inner].flat().map(String) : actionsOf(inner),
  );
}
