import { CAPTCHA, PUSH_URL, SIGN_IN_URL } from "@parley/settings/definitions";

/** The environment of the console: what its page may connect to. */
export const settings = { CAPTCHA, PUSH_URL, SIGN_IN_URL };
