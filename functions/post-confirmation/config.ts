import { NEW_USER_TOKENS } from "@parley/settings/definitions";

/** The environment of the trigger; the database's address comes from `loadDatabaseUrl`. */
export const settings = { NEW_USER_TOKENS };
