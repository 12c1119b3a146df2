import { once } from "node:events";
import type { AddressInfo, Server } from "node:net";
import { StartupError } from "@parley/embedded-postgres/startup-error";

const listenReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: "is in use",
  EACCES: "is not open to this user",
  EADDRNOTAVAIL: "is not on this machine",
  ENOTFOUND: "is not on this machine",
};

/**
 * Opens a server's port.
 * @param setting what chooses the port, for the message when it cannot be had
 * @returns host and port under which this machine reaches it
 * @throws StartupError
 */
export async function listen(server: Server, host: string, port: number, setting: string): Promise<string> {
  server.listen(port, host);
  try {
    await once(server, "listening");
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
    const reason = listenReasons[code];
    if (reason === undefined) throw cause;
    throw new StartupError(`Port ${port} of ${host} ${reason}: choose another one with ${setting}.`, {
      cause,
    });
  }
  const address = server.address() as AddressInfo;
  return `${host === "0.0.0.0" || host === "::" ? "127.0.0.1" : host}:${address.port}`;
}
