import {
  CreateSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  type SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import * as z from "zod/mini";
import { DeploymentError } from "../deployment-error.ts";
import type { SecretValues } from "./secret-values.ts";

type Client = Pick<SecretsManagerClient, "send">;

const valuesSchema = z.record(z.string(), z.string());

export interface StoredSecret {
  readonly values: SecretValues;
  readonly version: string | undefined;
}

export interface WrittenSecret {
  readonly done: "created" | "changed" | "kept";
  readonly version: string | undefined;
}

/**
 * What the secret of a stage holds; undefined when there is none.
 * @throws DeploymentError when it is being deleted, or holds something else than a JSON object of strings
 */
export async function readStageSecret(client: Client, name: string): Promise<StoredSecret | undefined> {
  let text: string | undefined;
  let version: string | undefined;
  try {
    ({ SecretString: text, VersionId: version } = await client.send(
      new GetSecretValueCommand({ SecretId: name }),
    ));
  } catch (error) {
    if (error instanceof Error && error.name === "ResourceNotFoundException") return undefined;
    if (error instanceof Error && error.name === "InvalidRequestException" && /delet/.test(error.message)) {
      throw new DeploymentError(
        `The secret ${name} is being deleted: aws secretsmanager restore-secret --secret-id ${name}, and deploy again.`,
        { cause: error },
      );
    }
    throw error;
  }
  try {
    return { values: valuesSchema.parse(JSON.parse(text ?? "")), version };
  } catch {
    // A parse error's message quotes its input.
    throw new DeploymentError(
      `The secret ${name} is not a JSON object of strings: put {} there in Secrets Manager and deploy again.`,
    );
  }
}

/** Writes the secret of a stage, which no stack owns: it outlives them all. */
export async function writeStageSecret(
  client: Client,
  name: string,
  present: StoredSecret | undefined,
  values: SecretValues,
): Promise<WrittenSecret> {
  const SecretString = JSON.stringify(values);
  if (present === undefined) {
    const { VersionId: version } = await client.send(
      new CreateSecretCommand({ Name: name, SecretString, Description: "Database and keys of Parley" }),
    );
    return { done: "created", version };
  }
  const isSame = JSON.stringify(sorted(present.values)) === JSON.stringify(sorted(values));
  if (isSame) return { done: "kept", version: present.version };
  const { VersionId: version } = await client.send(
    new PutSecretValueCommand({ SecretId: name, SecretString }),
  );
  return { done: "changed", version };
}

function sorted(values: SecretValues): [string, string][] {
  return Object.entries(values).toSorted(([left], [right]) => left.localeCompare(right));
}
