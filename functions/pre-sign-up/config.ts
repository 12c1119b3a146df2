import { ALLOWED_DOMAINS } from "@parley/settings/definitions";

/** The environment of the trigger. */
export const settings = { ALLOWED_DOMAINS };
