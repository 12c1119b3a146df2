import type { CheckCaptcha } from "./captcha.ts";
import type { LimitMails } from "./mail-limit.ts";

/** Whom a code is asked for, by whom. */
export interface AskedMail {
  readonly email: string;
  readonly captchaToken: string | undefined;
  readonly source: string;
}

/** @throws Problem 403, 429 or 503 */
export type MailGuard = (asked: AskedMail) => Promise<void>;

/** The captcha comes first: without it nobody uses up what may be sent to an address. */
export function createMailGuard(checkCaptcha: CheckCaptcha, limitMails: LimitMails): MailGuard {
  return async ({ email, captchaToken, source }) => {
    await checkCaptcha(captchaToken, source);
    await limitMails(email, source);
  };
}
