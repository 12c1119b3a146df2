import { createParley, type Parley, ParleyError } from "@parley/client";
import { createPush } from "@parley/client/push";
import { signal } from "@preact/signals";
import { storage } from "../storage.ts";

const storageKey = "parley.refresh-token";
/** Of a session that began on the deployment's sign-in page, whose cookie would sign the next visitor in. */
const signOutUrlKey = "parley.sign-out-url";
/** A token that ends within this time is renewed before it is used. */
const marginMillis = 60_000;

export type SessionState = "restoring" | "signed-in" | "signed-out" | "ended";

/** `ended`: the server takes the session's token no more, and people must sign in again. */
export const sessionState = signal<SessionState>(
  storage.get(storageKey) === undefined ? "signed-out" : "restoring",
);

/** What somebody who is asked to sign in is told first. */
export const sessionNotice = signal<string | undefined>(undefined);

interface Access {
  token: string;
  expiresAt: number;
}

let access: Access | undefined;
/** Also where nothing can be stored: the session then lasts as long as the page. */
let refreshToken = storage.get(storageKey);
let renewal: Promise<string | undefined> | undefined;

export interface Tokens {
  accessToken: string;
  refreshToken: string;
  expiresIn: number;
}

/** Has the sign-in page forget who signed in on it, too, when this session ends by signing out. */
export function setSignOutUrl(url: string): void {
  storage.set(signOutUrlKey, url);
}

/** Goes on with these tokens, here and in other tabs. */
export function keep(tokens: Tokens): string {
  access = { token: tokens.accessToken, expiresAt: Date.now() + tokens.expiresIn * 1_000 };
  refreshToken = tokens.refreshToken;
  storage.set(storageKey, refreshToken);
  sessionState.value = "signed-in";
  return access.token;
}

function forget(state: "signed-out" | "ended") {
  access = undefined;
  refreshToken = undefined;
  storage.set(storageKey, undefined);
  storage.set(signOutUrlKey, undefined);
  parley.push?.close();
  sessionNotice.value =
    state === "ended" ? "Your session has ended. Sign in again; what you were writing is kept." : undefined;
  sessionState.value = state;
}

/** A refresh token may be used once, so tabs take turns; browsers lend locks to secure origins only. */
async function alone<T>(work: () => Promise<T>): Promise<T> {
  return navigator.locks === undefined ? work() : navigator.locks.request(storageKey, work);
}

async function renew(): Promise<string | undefined> {
  return alone(async () => {
    // Another tab may have renewed it meanwhile.
    const token = storage.get(storageKey) ?? refreshToken;
    if (token === undefined) return undefined;
    try {
      return keep(await parley.auth.refresh({ refreshToken: token }));
    } catch (error) {
      if (error instanceof ParleyError && (error.status === 400 || error.status === 401)) {
        forget("ended");
        return undefined;
      }
      throw error;
    }
  });
}

async function accessToken({ isRefused }: { isRefused: boolean }): Promise<string | undefined> {
  if (access !== undefined && !isRefused && access.expiresAt > Date.now() + marginMillis) return access.token;
  renewal ??= renew().finally(() => {
    renewal = undefined;
  });
  return renewal;
}

/** Who has signed in, as the access token says. */
export function sessionUser(): string {
  const [, claims = ""] = access?.token.split(".") ?? [];
  const json = atob(claims.replaceAll("-", "+").replaceAll("_", "/") || "e30=");
  return String((JSON.parse(json) as { sub?: string }).sub ?? "");
}

/** The one client of the page. */
export const parley: Parley = createParley({
  baseUrl: "",
  token: accessToken,
  push: { create: createPush },
});

export async function signIn(email: string, password: string): Promise<void> {
  keep(await parley.auth.login({ email, password }));
}

/** Forgets the session here, and what was written in it. */
export function forgetSession(notice?: string): void {
  storage.removeAll("parley.draft.");
  forget("signed-out");
  sessionNotice.value = notice;
}

export async function signOut(): Promise<void> {
  const token = refreshToken;
  const signOutUrl = storage.get(signOutUrlKey);
  forgetSession();
  try {
    if (token !== undefined) await parley.auth.logout({ refreshToken: token });
  } finally {
    if (signOutUrl !== undefined) location.assign(signOutUrl);
  }
}

/** Of a page that is opened again: a token for the session that was stored. */
export async function restore(): Promise<void> {
  await accessToken({ isRefused: false });
}

// Another tab has signed in or out.
window.addEventListener("storage", ({ key, newValue }) => {
  if (key !== storageKey) return;
  if (newValue === null && sessionState.value === "signed-in") forget("signed-out");
  if (newValue !== null) {
    refreshToken = newValue;
    if (sessionState.value !== "signed-in") void restore();
  }
});
