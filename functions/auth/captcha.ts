import { problem } from "@parley/http/problem";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import * as z from "zod/mini";

/** What a captcha's provider says of an answer; both speak this. */
const verdict = z.object({ success: z.boolean() });

const verifyUrls = {
  turnstile: "https://challenges.cloudflare.com/turnstile/v0/siteverify",
  hcaptcha: "https://api.hcaptcha.com/siteverify",
} as const;

export interface Captcha {
  provider: keyof typeof verifyUrls;
  siteKey: string;
  verifyUrl: string | undefined;
}

/**
 * Lets through who has solved the captcha of this deployment, before anything else is done or counted.
 * @throws Problem 403 `captcha-required`, or 503 where its provider does not answer
 */
export type CheckCaptcha = (token: string | undefined, source: string) => Promise<void>;

/** @throws Error for a captcha that pages cannot show */
export function captchaOf(settings: {
  CAPTCHA: Captcha["provider"] | undefined;
  CAPTCHA_SITE_KEY: string | undefined;
  CAPTCHA_VERIFY_URL: string | undefined;
}): Captcha | undefined {
  const { CAPTCHA: provider, CAPTCHA_SITE_KEY: siteKey, CAPTCHA_VERIFY_URL: verifyUrl } = settings;
  if (provider === undefined) return undefined;
  if (siteKey === undefined) throw new Error("CAPTCHA is set, and CAPTCHA_SITE_KEY is not.");
  return { provider, siteKey, verifyUrl };
}

/**
 * @param readSecret the captcha's secret key; asked for with the first answer that is checked
 */
export function createCaptcha(captcha: Captcha | undefined, readSecret: () => Promise<string>): CheckCaptcha {
  if (captcha === undefined) return async () => {};
  const { provider, siteKey, verifyUrl } = captcha;

  async function isSolved(response: string, remoteip: string): Promise<boolean> {
    const secret = await readSecret();
    const answer = await fetch(verifyUrl ?? verifyUrls[provider], {
      method: "POST",
      body: new URLSearchParams({ secret, response, remoteip, sitekey: siteKey }),
      signal: AbortSignal.timeout(5_000),
    });
    return verdict.parse(await answer.json()).success;
  }

  return async (token, source) => {
    if (token === undefined) throw problem("captcha-required");
    const isHuman = await isSolved(token, source).catch((error: unknown) => {
      logger.error("the captcha cannot be checked", { error: describeError(error) });
      throw problem("unavailable", { detail: "The captcha cannot be checked at the moment." });
    });
    if (!isHuman) throw problem("captcha-required", { detail: "The captcha was not solved, or long ago." });
  };
}
