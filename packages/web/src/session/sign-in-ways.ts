import { signal } from "@preact/signals";
import { parley } from "./session.ts";
import { type OtherWay, otherWays } from "./sign-in-page.ts";

/** Where people are invited, nobody is offered an account. */
export const canRegister = signal(true);

/** Ways besides e-mail and password; empty where the deployment's sign-in page may not return here. */
export const offeredWays = signal<readonly OtherWay[]>([]);

export async function readSignInWays(): Promise<void> {
  const { signIn } = await parley.config.get();
  canRegister.value = signIn.signUp !== "invite";
  offeredWays.value = otherWays(signIn);
}
