import { lookup } from "node:dns/promises";
import { DeploymentError } from "../deployment-error.ts";

/**
 * Functions have no IPv6 address of their own, whatever this machine has.
 * @throws DeploymentError when the host has an IPv6 address and no other
 */
export async function requireIpv4(
  variable: string,
  url: string,
  find: (host: string, options: { family: 4 | 6 }) => Promise<unknown> = lookup,
): Promise<void> {
  const { hostname } = new URL(url);
  const has = (family: 4 | 6) =>
    find(hostname.replaceAll(/[[\]]/g, ""), { family }).then(
      () => true,
      () => false,
    );
  if ((await has(4)) || !(await has(6))) return;
  const instead = /\.supabase\.co$/.test(hostname)
    ? "use Supabase's session pooler, port 5432 of the host that ends with pooler.supabase.com"
    : "use an address that has one";
  throw new DeploymentError(
    `${variable} names ${hostname}, which has an IPv6 address only and is out of reach of functions on AWS: ${instead}.`,
  );
}
