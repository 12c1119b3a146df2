/**
 * Parameters of a connection string that speak to libpq or Prisma. The driver would send them to the server, which
 * refuses a connection with a setting that it does not know.
 */
const clientParameters = new Set([
  "channel_binding",
  "connection_limit",
  "gssencmode",
  "pgbouncer",
  "pool_timeout",
  "schema",
  "single_use_connections",
  "socket_timeout",
  "sslaccept",
  "sslcert",
  "sslidentity",
  "sslkey",
  "sslpassword",
  "sslrootcert",
  "statement_cache_size",
  "supa",
  "uselibpqcompat",
]);

/** A connection string as vendors print it, and what of it the driver can use; the rest by name. */
export function usableDatabaseUrl(given: string): { readonly url: string; readonly dropped: string[] } {
  const start = given.indexOf("?");
  if (start < 0) return { url: given, dropped: [] };
  const parameters = given.slice(start + 1).split("&");
  const nameOf = (parameter: string) => parameter.split("=")[0] ?? "";
  const kept = parameters.filter((parameter) => !clientParameters.has(nameOf(parameter)));
  const dropped = parameters.map(nameOf).filter((name) => clientParameters.has(name));
  const query = kept.length === 0 ? "" : `?${kept.join("&")}`;
  return { url: `${given.slice(0, start)}${query}`, dropped };
}
