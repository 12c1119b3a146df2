import { ALLOWED_DOMAINS, CAPTCHA, SIGN_UP } from "@parley/settings/definitions";

/** The environment of the trigger; the captcha's key comes from `loadSecrets`. */
export const settings = { SIGN_UP, ALLOWED_DOMAINS, CAPTCHA };
