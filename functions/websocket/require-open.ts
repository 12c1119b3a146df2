import { isConnectionFailure } from "@parley/data/database-errors";
import { type Problem, problem } from "@parley/http/problem";

/** Nothing would ever be sent to it: the client is to connect again. */
export function connectionEnded(): Problem {
  return problem("unauthenticated", { detail: "This connection has ended. Connect again." });
}

/**
 * Lets nobody go on whose key was revoked or whose account was disabled meanwhile. While the database cannot be reached,
 * everybody may: what is sent to a connection is decided there.
 */
export function requireOpen(mayHear: (connectionId: string) => Promise<boolean>) {
  return async (connectionId: string): Promise<void> => {
    const isOpen = await mayHear(connectionId).catch((error: unknown) => {
      if (isConnectionFailure(error)) return true;
      throw error;
    });
    if (!isOpen) throw connectionEnded();
  };
}
