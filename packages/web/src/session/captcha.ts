import { signal } from "@preact/signals";
import type { parley } from "./session.ts";

type Config = Awaited<ReturnType<typeof parley.config.get>>;
export type Captcha = NonNullable<Config["signIn"]["captcha"]>;

/** Its answer, until it is used, or too old. */
export const solvedCaptcha = signal<string>();

/** The answer, for the one request that it is good for. */
export function takeCaptcha(): { captchaToken?: string } {
  const captchaToken = solvedCaptcha.value;
  solvedCaptcha.value = undefined;
  return captchaToken === undefined ? {} : { captchaToken };
}
