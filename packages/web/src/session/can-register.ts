import { signal } from "@preact/signals";
import { parley } from "./session.ts";

/** Where people are invited, nobody is offered an account. */
export const canRegister = signal(true);

export async function readWhoMayRegister(): Promise<void> {
  const { signIn } = await parley.config.get();
  canRegister.value = signIn.signUp !== "invite";
}
