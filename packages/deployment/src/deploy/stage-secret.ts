import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod";
import { DeploymentError } from "../deployment-error.ts";
import type { SecretValues } from "./secret-values.ts";

type Client = Pick<SecretsManagerClient, "send">;

const valuesSchema = z.record(z.string(), z.string());

/**
 * What the secret of a stage holds; undefined when there is none.
 * @throws DeploymentError when it holds something else than a JSON object of strings
 */
export async function readStageSecret(client: Client, name: string): Promise<SecretValues | undefined> {
  let text: string | undefined;
  try {
    text = (await client.send(new GetSecretValueCommand({ SecretId: name }))).SecretString;
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
    throw error;
  }
  try {
    return valuesSchema.parse(JSON.parse(text ?? ""));
  } catch {
    // A parse error's message quotes its input.
    throw new DeploymentError(
      `The secret ${name} is not a JSON object of strings: put {} there in Secrets Manager and deploy again.`,
    );
  }
}

/** Writes the secret of a stage, which no stack owns: it outlives them all. Answers what was done. */
export async function writeStageSecret(
  client: Client,
  name: string,
  present: SecretValues | undefined,
  values: SecretValues,
): Promise<"created" | "changed" | "kept"> {
  const SecretString = JSON.stringify(values);
  if (present === undefined) {
    await client.send(
      new CreateSecretCommand({ Name: name, SecretString, Description: "Database and keys of Parley" }),
    );
    return "created";
  }
  const isSame = JSON.stringify(sorted(present)) === JSON.stringify(sorted(values));
  if (isSame) return "kept";
  await client.send(new PutSecretValueCommand({ SecretId: name, SecretString }));
  return "changed";
}

function sorted(values: SecretValues): [string, string][] {
  return Object.entries(values).toSorted(([left], [right]) => left.localeCompare(right));
}
