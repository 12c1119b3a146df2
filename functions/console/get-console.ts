import type { consoleRoutes } from "@parley/contract/routes/console";
import type { Operation } from "@parley/http/api-types";
import { readBuilt } from "./read-built.ts";

export interface Connections {
  pushUrl: string | undefined;
  /** Of the deployment's sign-in page, which exchanges codes for tokens. */
  signInUrl: string | undefined;
}

/** Everything comes from this origin, and the page may connect to nothing but it, the push and the sign-in page. */
function policy({ pushUrl, signInUrl }: Connections): string {
  const others = [pushUrl, signInUrl].flatMap((url) => (url === undefined ? [] : [new URL(url).origin]));
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self'",
    "font-src 'self'",
    ["connect-src 'self'", ...others].join(" "),
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
