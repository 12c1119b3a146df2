import { createHmac } from "node:crypto";
import { loadDatabaseUrl } from "@parley/runtime/secrets";

/**
 * A hash that only this deployment can make: its key is the database's URL, the secret that every function here has. It
 * changes with the password.
 */
export async function deploymentHash(text: string): Promise<Buffer> {
  return createHmac("sha256", await loadDatabaseUrl())
    .update(text)
    .digest();
}
