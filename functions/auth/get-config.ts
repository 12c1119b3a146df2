import type { authRoutes } from "@parley/contract/routes/auth";
import { longestContent } from "@parley/contract/schemas/fields";
import type { Operation } from "@parley/http/api-types";
import { longestBody } from "@parley/http/read-body";
import packageFile from "../../package.json" with { type: "json" };
import type { Captcha } from "./captcha.ts";
import { type SignInPage, toProviders } from "./get-providers.ts";

export interface ConfigOptions {
  pushUrl: string | undefined;
  signUp: "open" | "domains" | "invite";
  captcha: Captcha | undefined;
  signInPage: SignInPage;
  /** Of a user; 0 that run is no limit. */
  replies: { running: number; waiting: number };
}

/** What a page must know before anybody has signed in. The same for everybody; nothing is asked for it. */
export function getConfig({
  pushUrl,
  signUp,
  captcha,
  signInPage,
  replies,
}: ConfigOptions): Operation<(typeof authRoutes)["getConfig"]> {
  const body = {
    name: "Parley",
    version: packageFile.version,
    pushUrl: pushUrl ?? null,
    signIn: {
      signUp,
      captcha: captcha === undefined ? null : { provider: captcha.provider, siteKey: captcha.siteKey },
      ...toProviders(signInPage),
    },
    limits: {
      messageCharacters: longestContent,
      bodyBytes: longestBody,
      runningReplies: replies.running || null,
      waitingReplies: replies.running === 0 ? null : replies.waiting,
    },
  };
  return async () => ({ status: 200, headers: { "Cache-Control": "public, max-age=300" }, body });
}
