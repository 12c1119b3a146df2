import { DeploymentError } from "../deployment-error.ts";

const start = "pip install 'moto[server]', then moto_server --port 5000";

/**
 * Empties the emulator.
 * @returns variables by which whatever a process sends to AWS goes there, without credentials of yours
 * @throws DeploymentError where no emulator answers there
 */
export async function emptyEmulator(address: string, region: string): Promise<Record<string, string>> {
  // moto finds uploaded templates by this name alone.
  if (!/^http:\/\/localhost:\d+\/?$/.test(address))
    throw new DeploymentError(
      `${address} is no emulator: --endpoint takes one on this machine, http://localhost:5000.`,
    );
  await fetch(new URL("/moto-api/reset", address), { method: "POST" }).catch((cause: unknown) => {
    throw new DeploymentError(`No emulator answers at ${address}: ${start}.`, { cause });
  });
  return {
    AWS_ENDPOINT_URL: address,
    AWS_REGION: region,
    AWS_ACCESS_KEY_ID: "emulated",
    AWS_SECRET_ACCESS_KEY: "emulated",
    AWS_CONFIG_FILE: "/dev/null",
    AWS_SHARED_CREDENTIALS_FILE: "/dev/null",
    AWS_SESSION_TOKEN: "emulated",
    AWS_PROFILE: "",
  };
}
