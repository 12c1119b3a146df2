import { parseEnvironment } from "@parley/runtime/environment";
import { admitToSignUp } from "./admit.ts";
import { configSchema } from "./config.ts";

export const handler = admitToSignUp(parseEnvironment(configSchema).ALLOWED_DOMAINS);
