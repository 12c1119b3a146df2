import { addPerson } from "../admin/add-person.ts";
import { findStackOutput, stackOutput } from "../admin/stack-output.ts";
import { answeringProviders, type StageModels } from "./describe-values.ts";
import type { SecretValues } from "./secret-values.ts";

type UserPools = Parameters<typeof addPerson>[0]["client"];
type Stacks = Parameters<typeof stackOutput>[0];

async function firstAdmin(
  stageName: string,
  email: string | undefined,
  clients: { readonly stacks: Stacks; readonly userPools: UserPools },
): Promise<string> {
  if (email === undefined) return `First admin  pnpm admin:add you@example.com --stage ${stageName}`;
  const userPoolId = await stackOutput(clients.stacks, `Parley-${stageName}-Auth`, "UserPoolId");
  await addPerson({ client: clients.userPools, userPoolId, email, isAdmin: true });
  return `First admin  ${email}: set the password in the console, by "Forgot password"`;
}

/** What whoever has deployed a stage wants to know next; makes the first admin. */
export async function describeDeployment(options: {
  readonly stageName: string;
  readonly stacks: Stacks;
  readonly userPools: UserPools;
  readonly values: SecretValues;
  readonly models: StageModels | undefined;
  readonly alarmEmail: string | undefined;
  /** Of who is to become the first admin; undefined where nobody was named. */
  readonly adminEmail: string | undefined;
}): Promise<string[]> {
  const { stageName, stacks, values, models = {}, alarmEmail, adminEmail } = options;
  const url = (await findStackOutput(stacks, `Parley-${stageName}-Api`, "Url"))?.replace(/\/$/, "");
  const isScripted = answeringProviders(values, models).length === 0;
  return [
    `API          ${url}`,
    `Console      ${url}/`,
    `Check        pnpm deploy:check ${stageName}`,
    await firstAdmin(stageName, adminEmail, options),
    alarmEmail === undefined
      ? "Alarms       nobody is told: export ALARM_EMAIL and deploy again"
      : `Alarms       ${alarmEmail}, once AWS's first message to it is confirmed`,
    ...(isScripted
      ? ["Scripted     the answers: export OPENAI_API_KEY or ANTHROPIC_API_KEY and deploy again"]
      : []),
  ];
}
