import { DeploymentError } from "./deployment-error.ts";

type Environment = Readonly<Record<string, string | undefined>>;

export interface ResolvedRegion {
  readonly region: string;
  /** Who named it, for people. */
  readonly source: string;
}

/**
 * The one region of a command, in the order of AWS's own command line. Whatever the command starts gets it as
 * AWS_REGION: left to themselves, the SDK does not read AWS_DEFAULT_REGION, and CDK does.
 * @param profileRegion asks the AWS profile; may throw where it names none
 * @throws DeploymentError when nobody names one
 */
export async function resolveRegion(
  stageRegion: string | undefined,
  environment: Environment,
  profileRegion: () => Promise<string>,
): Promise<ResolvedRegion> {
  const named = [
    [stageRegion, "of the stage"],
    [environment.AWS_REGION, "of AWS_REGION"],
    [environment.AWS_DEFAULT_REGION, "of AWS_DEFAULT_REGION"],
  ] as const;
  for (const [region, source] of named) if (region) return { region, source };
  const region = await profileRegion().catch(() => undefined);
  if (region) return { region, source: "of your AWS profile" };
  throw new DeploymentError(
    "No AWS region is set: export AWS_REGION, or set region of the stage in parley.config.ts.",
  );
}
