import { authRoutes } from "@parley/contract/routes/auth";
import type { Database } from "@parley/data/database";
import { isConnectionFailure } from "@parley/data/database-errors";
import type { CallerResolution, Identity } from "@parley/http/api-types";
import { createApi } from "@parley/http/create-api";
import { endSessions } from "@parley/identity/end-sessions";
import { signUpPass } from "@parley/identity/sign-up-pass";
import { openUserPool } from "@parley/identity/user-pool";
import { readEnvironment } from "@parley/runtime/environment";
import { captchaOf, createCaptcha } from "./captcha.ts";
import { changeEmail } from "./change-email.ts";
import { changePassword } from "./change-password.ts";
import { settings } from "./config.ts";
import { confirm } from "./confirm.ts";
import { forgotPassword } from "./forgot-password.ts";
import { getConfig } from "./get-config.ts";
import { getProviders, type SignInPage } from "./get-providers.ts";
import { login } from "./login.ts";
import { logout } from "./logout.ts";
import { createMailGuard } from "./mail-guard.ts";
import { createMailLimit } from "./mail-limit.ts";
import { refresh } from "./refresh.ts";
import { type MakePass, register } from "./register.ts";
import { resendCode } from "./resend-code.ts";
import { resetPassword } from "./reset-password.ts";
import { signOutEverywhere } from "./sign-out-everywhere.ts";

const config = readEnvironment(settings);
const pool = openUserPool(config.USER_POOL_CLIENT_ID);
const signInPage: SignInPage = {
  baseUrl: config.SIGN_IN_URL,
  clientId: config.USER_POOL_CLIENT_ID,
  scopes: config.SIGN_IN_SCOPES,
  callbackUrls: config.SIGN_IN_CALLBACK_URLS,
  providers: config.SIGN_IN_PROVIDERS,
};
const signOut = (username: string) => endSessions(pool.client, config.USER_POOL_ID, username);
let opened: Promise<Database> | undefined;

/** Loads the database only where it is needed: few auth routes ask it. */
async function openDatabase(): Promise<Database> {
  const { openDeploymentDatabase } = await import("@parley/composition/open-deployment-database");
  return openDeploymentDatabase();
}

function database(): Promise<Database> {
  opened ??= openDatabase().catch((error: unknown) => {
    opened = undefined;
    throw error;
  });
  return opened;
}

async function resolveCaller(identity: Identity): Promise<CallerResolution> {
  const { callersOf } = await import("@parley/composition/callers");
  return callersOf(await database(), config)(identity);
}

async function readCaptchaSecret(): Promise<string> {
  const { loadCaptchaSecret } = await import("@parley/runtime/secrets");
  return loadCaptchaSecret();
}

const captcha = captchaOf(config);
const makePass: MakePass = async (email) => captcha && signUpPass(await readCaptchaSecret(), email);
const guardMail = createMailGuard(
  createCaptcha(captcha, readCaptchaSecret),
  createMailLimit(config, async () => {
    const { createRates } = await import("@parley/composition/rates");
    return createRates(await database());
  }),
);

export const handler = createApi({
  routes: authRoutes,
  operations: {
    register: register(pool, guardMail, makePass),
    confirm: confirm(pool),
    resendCode: resendCode(pool, guardMail),
    login: login(pool),
    refresh: refresh(pool),
    logout: logout(pool),
    forgotPassword: forgotPassword(pool, guardMail),
    resetPassword: resetPassword(pool),
    getProviders: getProviders(signInPage),
    getConfig: getConfig({
      pushUrl: config.PUSH_URL,
      signUp: config.SIGN_UP,
      captcha,
      signInPage,
      replies: { running: config.MAX_RUNNING_REPLIES, waiting: config.MAX_WAITING_REPLIES },
    }),
    changePassword: changePassword(pool, signOut),
    changeEmail: changeEmail(pool, config.ALLOWED_DOMAINS),
    confirmEmail: async (request) =>
      (await import("./confirm-email.ts")).confirmEmail(pool, await database())(request),
    signOutEverywhere: signOutEverywhere(signOut),
  },
  resolveCaller,
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
