import { createParley } from "@parley/client";
import { failed, ok, type Step, skipped } from "./step.ts";

async function textOf(url: string, token?: string): Promise<string> {
  const response = await fetch(
    url,
    token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } },
  );
  if (!response.ok) throw new Error(`${url} answered ${response.status}.`);
  return response.text();
}

/** Is the API up, and its database with it? */
export function checkHealth(url: string, metricsToken: string | undefined): Step {
  return {
    name: "health",
    run: async () => {
      await textOf(`${url}/health`);
      if (metricsToken === undefined)
        return ok(`${url} answers; its database is not asked without METRICS_TOKEN`);
      await textOf(`${url}/health?deep=1`, metricsToken);
      return ok(`${url} answers, and so does its database`);
    },
  };
}

/** Does the page load at which people sign in? */
export function checkConsole(url: string): Step {
  return {
    name: "console",
    run: async () => {
      const page = await textOf(`${url}/`);
      const files = Array.from(page.matchAll(/(?:src|href)="(\/console\/[^"]+)"/g), ([, path = ""]) => path);
      const [script] = files.filter((path) => path.endsWith(".js"));
      if (script === undefined) return failed(`${url}/ is a page without a script: is it the console's?`);
      await Promise.all(files.map((path) => textOf(url + path)));
      return ok(`${url}/ and its ${files.length} files`);
    },
  };
}

/** Does the user pool's own page let this deployment's client in? */
export function checkSignInPage(url: string): Step {
  return {
    name: "sign-in page",
    run: async () => {
      const { signIn } = await createParley({ baseUrl: url }).config.get();
      const { signInPage, signUp } = signIn;
      const redirect = signInPage?.callbackUrls[0];
      if (signInPage === null || redirect === undefined)
        return skipped(`people sign in with e-mail and password alone; sign-up: ${signUp}`);
      const parameters = new URLSearchParams({
        response_type: "code",
        client_id: signInPage.clientId,
        redirect_uri: redirect,
        scope: signInPage.scopes.join(" "),
      });
      const page = new URL(signInPage.authorizeUrl);
      for (const [name, value] of parameters) page.searchParams.set(name, value);
      await textOf(page.href);
      return ok(`${page.origin}, sign-up: ${signUp}`);
    },
  };
}
