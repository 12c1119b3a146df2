import type { Parley } from "@parley/client";
import { replaceAddress } from "../ui/router.ts";
import { keep, parley, setSignOutUrl } from "./session.ts";

type SignIn = Awaited<ReturnType<Parley["config"]["get"]>>["signIn"];
type Page = NonNullable<SignIn["signInPage"]>;

export interface OtherWay {
  name: string;
  authorizeUrl: string;
}

/** Across the visit of the sign-in page, in this tab alone. */
const storageKey = "parley.sign-in";

interface Visit {
  state: string;
  verifier: string;
  /** The page's fragment, to come back to. */
  hash: string;
}

/** Where the sign-in page returns to: this page, which the deployment has to have named. */
const returnTo = () => `${location.origin}${location.pathname}`;

/** The providers of a deployment's sign-in page, or the page itself where it has none. */
export function otherWays({ signInPage, providers }: SignIn): readonly OtherWay[] {
  // Browsers lend the cryptography of PKCE to secure origins only.
  if (!(signInPage?.callbackUrls.includes(returnTo()) && isSecureContext)) return [];
  if (providers.length > 0) return providers;
  return [{ name: "the sign-in page", authorizeUrl: signInPage.authorizeUrl }];
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");
}

const random = () => base64Url(crypto.getRandomValues(new Uint8Array(32)));

/** Leaves for the sign-in page. */
export async function leaveFor({ authorizeUrl }: OtherWay): Promise<void> {
  const visit: Visit = { state: random(), verifier: random(), hash: location.hash };
  sessionStorage.setItem(storageKey, JSON.stringify(visit));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(visit.verifier));
  const url = new URL(authorizeUrl);
  url.searchParams.set("redirect_uri", returnTo());
  url.searchParams.set("state", visit.state);
  url.searchParams.set("code_challenge", base64Url(new Uint8Array(digest)));
  url.searchParams.set("code_challenge_method", "S256");
  location.assign(url);
}

/** What the sign-in page has sent somebody back with; undefined for everybody who did not come from there. */
export function cameBack(): URLSearchParams | undefined {
  const values = new URLSearchParams(location.search);
  return values.has("state") && (values.has("code") || values.has("error")) ? values : undefined;
}

/** Ends a visit of the sign-in page; what it returns says why nobody is signed in. */
export async function comeBack(values: URLSearchParams): Promise<string | undefined> {
  const stored = sessionStorage.getItem(storageKey);
  sessionStorage.removeItem(storageKey);
  const visit = stored === null ? undefined : (JSON.parse(stored) as Visit);
  // The code is good for one attempt; nobody should come upon it in the history.
  replaceAddress(visit?.hash ?? "");
  const code = values.get("code");
  // A link that somebody else has made must not sign anybody in.
  if (code === null || visit === undefined || visit.state !== values.get("state")) return reasonIn(values);
  const { signIn } = await parley.config.get();
  const page = signIn.signInPage;
  if (page === null) return reasonIn(values);
  const tokens = await exchange(page, code, visit.verifier);
  if (tokens === undefined) return "The sign-in page's answer is no longer good. Sign in again.";
  keep(tokens);
  setSignOutUrl(signOutUrl(page));
  return undefined;
}

async function exchange({ tokenUrl, clientId }: Page, code: string, verifier: string) {
  const body = new URLSearchParams({
    grant_type: "authorization_code",
    client_id: clientId,
    redirect_uri: returnTo(),
    code,
    code_verifier: verifier,
  });
  const answer = await fetch(tokenUrl, { method: "POST", body });
  if (!answer.ok) return undefined;
  const tokens = (await answer.json()) as {
    access_token: string;
    refresh_token: string;
    expires_in: number;
  };
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    expiresIn: tokens.expires_in,
  };
}

/** With what the page itself said, for example that only invited people may sign up. */
function reasonIn(values: URLSearchParams): string {
  const said = values.get("error_description")?.trim();
  return said ? `You are not signed in: ${said}` : "You are not signed in. Try again.";
}

function signOutUrl({ tokenUrl, clientId }: Page): string {
  const url = new URL("/logout", tokenUrl);
  url.searchParams.set("client_id", clientId);
  url.searchParams.set("logout_uri", returnTo());
  return url.href;
}
