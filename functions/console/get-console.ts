import type { consoleRoutes } from "@parley/contract/routes/console";
import type { Operation } from "@parley/http/api-types";
import { readBuilt } from "./read-built.ts";

/** What their providers say a page must let a captcha load. */
const captchaHosts = {
  turnstile: "https://challenges.cloudflare.com",
  hcaptcha: "https://hcaptcha.com https://*.hcaptcha.com",
} as const;

export interface Connections {
  pushUrl: string | undefined;
  /** Of the deployment's sign-in page, which exchanges codes for tokens. */
  signInUrl: string | undefined;
  captcha: keyof typeof captchaHosts | undefined;
}

/** Everything but a captcha comes from this origin; the page connects to it, the push and the sign-in page. */
function policy({ pushUrl, signInUrl, captcha }: Connections): string {
  const others = [pushUrl, signInUrl].flatMap((url) => (url === undefined ? [] : [new URL(url).origin]));
  const hosts = captcha === undefined ? [] : [captchaHosts[captcha]];
  const allow = (directive: string, ...more: string[]) => [directive, "'self'", ...more].join(" ");
  return [
    "default-src 'none'",
    allow("script-src", ...hosts),
    allow("style-src", ...hosts),
    "img-src 'self'",
    "font-src 'self'",
    allow("connect-src", ...others, ...hosts),
    ...hosts.map((host) => `frame-src ${host}`),
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The page; asked for each time it is opened, because it names the files of the present version. */
export function getConsole(connections: Connections): Operation<(typeof consoleRoutes)["getConsole"]> {
  let content: Buffer | undefined;
  return async () => {
    content ??= await readBuilt("index.html");
    if (content === undefined) throw new Error("The bundle lacks the console's page.");
    return {
      status: 200,
      headers: {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": policy(connections),
        "Referrer-Policy": "no-referrer",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cache-Control": "no-cache",
      },
      content,
    };
  };
}
