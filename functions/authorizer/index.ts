import { parseEnvironment } from "@parley/runtime/environment";
import { createAuthorizer } from "./authorize.ts";
import { configSchema } from "./config.ts";
import { createTokenVerifier } from "./verify-token.ts";

const config = parseEnvironment(configSchema);

/** HTTP API Lambda authorizer: payload format 2.0, simple response. */
export const handler = createAuthorizer(
  createTokenVerifier({
    userPoolId: config.USER_POOL_ID,
    clientId: config.USER_POOL_CLIENT_ID,
    jwks: config.USER_POOL_JWKS,
  }),
);
