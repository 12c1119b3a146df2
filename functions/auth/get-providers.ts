import type { authRoutes } from "@parley/contract/routes/auth";
import type { SignInProviders } from "@parley/contract/schemas/auth";
import type { Operation } from "@parley/http/api-types";

export interface SignInPage {
  /** Of Cognito's sign-in page; undefined where the deployment has none. */
  baseUrl: string | undefined;
  clientId: string;
  scopes: readonly string[];
  callbackUrls: readonly string[];
  providers: readonly { name: string; kind: "google" | "oidc" }[];
}

/** How people may sign in besides e-mail and password. */
export function toProviders({
  baseUrl,
  clientId,
  scopes,
  callbackUrls,
  providers,
}: SignInPage): SignInProviders {
  if (baseUrl === undefined) return { signInPage: null, providers: [] };
  const asked = { client_id: clientId, response_type: "code", scope: scopes.join(" ") };
  const authorizeUrl = (more: Record<string, string> = {}) =>
    `${baseUrl}/oauth2/authorize?${new URLSearchParams({ ...asked, ...more })}`;
  return {
    signInPage: {
      authorizeUrl: authorizeUrl(),
      tokenUrl: `${baseUrl}/oauth2/token`,
      clientId,
      scopes: [...scopes],
      callbackUrls: [...callbackUrls],
    },
    providers: providers.map(({ name, kind }) => ({
      name,
      kind,
      // Past the page's own choice.
      authorizeUrl: authorizeUrl({ identity_provider: name }),
    })),
  };
}

/** The same for everybody; nothing is asked for it. */
export function getProviders(page: SignInPage): Operation<(typeof authRoutes)["getProviders"]> {
  const body = toProviders(page);
  return async () => ({ status: 200, body });
}
