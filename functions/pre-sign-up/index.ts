import { readEnvironment } from "@parley/runtime/environment";
import { admitToSignUp } from "./admit.ts";
import { settings } from "./config.ts";

export const handler = admitToSignUp(readEnvironment(settings).ALLOWED_DOMAINS);
