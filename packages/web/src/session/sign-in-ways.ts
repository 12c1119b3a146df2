import { signal } from "@preact/signals";
import type { Captcha } from "./captcha.ts";
import { parley } from "./session.ts";
import { type OtherWay, otherWays } from "./sign-in-page.ts";

/** Where people are invited, nobody is offered an account. */
export const canRegister = signal(true);

/** Ways besides e-mail and password; empty where the deployment's sign-in page may not return here. */
export const offeredWays = signal<readonly OtherWay[]>([]);

/** To be solved before a code is mailed to somebody. */
export const captcha = signal<Captcha | null>(null);

export async function readSignInWays(): Promise<void> {
  const { signIn } = await parley.config.get();
  captcha.value = signIn.captcha;
  canRegister.value = signIn.signUp !== "invite";
  offeredWays.value = otherWays(signIn);
}
