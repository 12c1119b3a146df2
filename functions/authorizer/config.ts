import { USER_POOL_CLIENT_ID, USER_POOL_ID, USER_POOL_JWKS } from "@parley/settings/definitions";

/** The environment of the authorizer. */
export const settings = { USER_POOL_ID, USER_POOL_CLIENT_ID, USER_POOL_JWKS };
