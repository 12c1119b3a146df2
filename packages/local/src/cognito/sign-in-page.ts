import { createHash, randomUUID } from "node:crypto";
import { CognitoError } from "./errors.ts";
import type { Pool } from "./pool.ts";
import { openSession } from "./sessions.ts";
import { requirePassword } from "./sign-in.ts";
import { issueTokens } from "./tokens.ts";

const codeLifetimeMillis = 5 * 60_000;

/** What `authorize` was asked, until its code is exchanged. */
interface Grant {
  sub: string;
  redirectUri: string;
  codeChallenge: string | undefined;
  expiresAt: number;
}

export interface PageAnswer {
  status: number;
  headers: Record<string, string>;
  text: string;
}

/** Cognito's sign-in page (OAuth 2.0 with authorization codes and PKCE) for the pool's one public client. */
export interface SignInPage {
  answer(method: string | undefined, url: URL, form: URLSearchParams): Promise<PageAnswer | undefined>;
}

const json = (status: number, body: object): PageAnswer => ({
  status,
  // Pages exchange their codes by themselves.
  headers: { "content-type": "application/json;charset=UTF-8", "access-control-allow-origin": "*" },
  text: JSON.stringify(body),
});

const redirect = (location: string): PageAnswer => ({ status: 302, headers: { location }, text: "" });

const escaped = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function html(status: number, body: string): PageAnswer {
  return {
    status,
    headers: { "content-type": "text/html; charset=utf-8" },
    text: `<!doctype html><html lang="en"><meta charset="utf-8"><title>Sign in</title><main>${body}</main></html>`,
  };
}

const signInForm = (fault: string) =>
  html(
    200,
    `<h1>Sign in</h1><p role="alert">${escaped(fault)}</p><form method="post">
<label>Email address <input name="username" type="email" required></label>
<label>Password <input name="password" type="password" required></label>
<button>Continue</button></form>`,
  );

/** With the addresses that it may return to, which are also those that signing out may. */
export function createSignInPage(pool: Pool, callbackUrls: readonly string[]): SignInPage {
  const grants = new Map<string, Grant>();
  const { clientId } = pool.options;

  async function authorize(asked: URLSearchParams, form: URLSearchParams | undefined): Promise<PageAnswer> {
    const redirectUri = asked.get("redirect_uri") ?? "";
    if (asked.get("client_id") !== clientId || !callbackUrls.includes(redirectUri)) {
      return html(400, "<h1>An error was encountered with the requested page.</h1><p>redirect_mismatch</p>");
    }
    const back = (values: Record<string, string>) => {
      const to = new URL(redirectUri);
      const state = asked.get("state");
      for (const [name, value] of Object.entries(values)) to.searchParams.set(name, value);
      if (state !== null) to.searchParams.set("state", state);
      return redirect(to.href);
    };
    const challenge = asked.get("code_challenge") ?? undefined;
    if (asked.get("response_type") !== "code") return back({ error: "unauthorized_client" });
    if (challenge !== undefined && asked.get("code_challenge_method") !== "S256") {
      return back({ error: "invalid_request" });
    }
    if (form === undefined) return signInForm("");
    try {
      const user = await requirePassword(pool, form.get("username") ?? "", form.get("password") ?? "");
      const code = randomUUID();
      const expiresAt = pool.now() + codeLifetimeMillis;
      grants.set(code, { sub: user.sub, redirectUri, codeChallenge: challenge, expiresAt });
      return back({ code });
    } catch (error) {
      if (!(error instanceof CognitoError)) throw error;
      return signInForm(error.message);
    }
  }

  async function exchange(form: URLSearchParams): Promise<PageAnswer> {
    if (form.get("client_id") !== clientId) return json(400, { error: "invalid_client" });
    if (form.get("grant_type") !== "authorization_code")
      return json(400, { error: "unsupported_grant_type" });
    const code = form.get("code") ?? "";
    const grant = grants.get(code);
    // A code is good for one attempt, whatever comes of it.
    grants.delete(code);
    const user = pool.state.users.find(({ sub }) => sub === grant?.sub);
    const verifier = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    const isGood =
      grant !== undefined &&
      grant.expiresAt > pool.now() &&
      grant.redirectUri === form.get("redirect_uri") &&
      (grant.codeChallenge === undefined || grant.codeChallenge === verifier);
    if (!isGood || user === undefined) return json(400, { error: "invalid_grant" });
    const { session, refreshToken } = openSession(pool, user);
    const { AccessToken, IdToken, ExpiresIn, TokenType } = await issueTokens(pool, user, session);
    await pool.save();
    return json(200, {
      id_token: IdToken,
      access_token: AccessToken,
      refresh_token: refreshToken,
      expires_in: ExpiresIn,
      token_type: TokenType,
    });
  }

  function signOut(asked: URLSearchParams): PageAnswer {
    const uri = asked.get("logout_uri") ?? "";
    return asked.get("client_id") === clientId && callbackUrls.includes(uri)
      ? redirect(uri)
      : html(400, "<h1>An error was encountered with the requested page.</h1>");
  }

  return {
    async answer(method, { pathname, searchParams }, form) {
      if (pathname === "/oauth2/authorize") {
        return authorize(searchParams, method === "POST" ? form : undefined);
      }
      if (pathname === "/oauth2/token" && method === "POST") return exchange(form);
      return pathname === "/logout" ? signOut(searchParams) : undefined;
    },
  };
}
