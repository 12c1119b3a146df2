import { readEnvironment } from "@parley/runtime/environment";
import { admitToSignUp } from "./admit.ts";
import { settings } from "./config.ts";

async function readCaptchaSecret(): Promise<string> {
  const { loadCaptchaSecret } = await import("@parley/runtime/secrets");
  return loadCaptchaSecret();
}

const { SIGN_UP, ALLOWED_DOMAINS, CAPTCHA } = readEnvironment(settings);

export const handler = admitToSignUp({
  domains: SIGN_UP === "open" ? undefined : ALLOWED_DOMAINS,
  readCaptchaSecret: CAPTCHA === undefined ? undefined : readCaptchaSecret,
});
