import { createParley, ParleyError } from "@parley/client";
import { createPush } from "@parley/client/push";

const storageKey = "parley.refresh-token";
let accessToken: Promise<string | undefined> | undefined;

function keep(tokens: { accessToken: string; refreshToken: string }): string {
  localStorage.setItem(storageKey, tokens.refreshToken);
  return tokens.accessToken;
}

/** A refresh token works once, so tabs take turns. */
function renew(): Promise<string | undefined> {
  return navigator.locks.request(storageKey, async () => {
    const refreshToken = localStorage.getItem(storageKey);
    if (refreshToken === null) return undefined;
    try {
      return keep(await parley.auth.refresh({ refreshToken }));
    } catch (error) {
      if (error instanceof ParleyError && [400, 401].includes(error.status)) end();
      throw error;
    }
  });
}

export const parley = createParley({
  baseUrl: import.meta.env.VITE_PARLEY_URL ?? "http://127.0.0.1:3000",
  token: ({ isRefused }) => {
    if (isRefused) accessToken = undefined;
    accessToken ??= renew().catch((error) => {
      accessToken = undefined;
      throw error;
    });
    return accessToken;
  },
  push: { create: createPush },
});

export const isSignedIn = () => localStorage.getItem(storageKey) !== null;

export async function signIn(email: string, password: string): Promise<void> {
  accessToken = Promise.resolve(keep(await parley.auth.login({ email, password })));
}

/** The server takes the session's token no more: people must sign in again. */
function end(): void {
  localStorage.removeItem(storageKey);
  location.reload();
}
