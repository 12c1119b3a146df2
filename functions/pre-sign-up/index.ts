import { readEnvironment } from "@parley/runtime/environment";
import { admitToSignUp } from "./admit.ts";
import { settings } from "./config.ts";

async function readCaptchaSecret(): Promise<string> {
  const { loadSecrets } = await import("@parley/runtime/secrets");
  const { captchaSecret } = await loadSecrets();
  if (captchaSecret === undefined) throw new Error("CAPTCHA is set, and CAPTCHA_SECRET is not.");
  return captchaSecret;
}

const { SIGN_UP, ALLOWED_DOMAINS, CAPTCHA } = readEnvironment(settings);

export const handler = admitToSignUp({
  domains: SIGN_UP === "open" ? undefined : ALLOWED_DOMAINS,
  readCaptchaSecret: CAPTCHA === undefined ? undefined : readCaptchaSecret,
});
