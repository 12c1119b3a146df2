import { writeTicket } from "@parley/composition/push-tickets";
import type { accountRoutes } from "@parley/contract/routes/account";
import type { Operation } from "@parley/http/api-types";

/** A ticket in place of the token, which a WebSocket's URL would leave in the logs on its way. */
export function createPushTicket(): Operation<(typeof accountRoutes)["createPushTicket"]> {
  return async ({ caller: { userId, identity }, headers: { origin } }) => {
    const tokenEnd = "sub" in identity ? identity.expiresAt : undefined;
    const { ticket, end } = await writeTicket({
      userId,
      ...(origin !== undefined && { origin }),
      ...(tokenEnd !== undefined && { tokenEnd }),
    });
    return { status: 201, body: { ticket, expiresAt: new Date(end * 1_000).toISOString() } };
  };
}
