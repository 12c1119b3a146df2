import { PUSH_URL } from "@parley/settings/definitions";

/** The environment of the console: its page may connect to the WebSocket API. */
export const settings = { PUSH_URL };
