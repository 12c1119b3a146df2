import { defineRoutes } from "../route.ts";
import * as auth from "../schemas/auth.ts";

const base = { function: "auth", auth: "none", tag: "Accounts" } as const;

export const authRoutes = defineRoutes({
  register: {
    ...base,
    method: "POST",
    path: "/v1/auth/register",
    summary: "Sign up with e-mail and password",
    description:
      "Answers alike for an address that has an account: its owner is sent a code to confirm it with, or to set a new " +
      "password with.",
    body: auth.register,
    problems: ["forbidden", "captcha-required", "rate-limited"],
  },
  confirm: {
    ...base,
    method: "POST",
    path: "/v1/auth/confirm",
    summary: "Confirm the e-mail address with the code that was sent to it",
    body: auth.confirm,
    problems: ["rate-limited"],
  },
  resendCode: {
    ...base,
    method: "POST",
    path: "/v1/auth/resend-code",
    summary: "Send the confirmation code again",
    description: "Answers alike whether or not the address is known.",
    body: auth.mailedCode,
    problems: ["captcha-required", "rate-limited"],
  },
  login: {
    ...base,
    method: "POST",
    path: "/v1/auth/login",
    summary: "Get tokens for e-mail and password",
    body: auth.login,
    problems: ["unauthenticated", "forbidden", "rate-limited"],
  },
  refresh: {
    ...base,
    method: "POST",
    path: "/v1/auth/refresh",
    summary: "Get new tokens for a refresh token",
    body: auth.refresh,
    problems: ["unauthenticated", "rate-limited"],
  },
  logout: {
    ...base,
    method: "POST",
    path: "/v1/auth/logout",
    summary: "Revoke a refresh token",
    body: auth.refresh,
    problems: ["rate-limited"],
  },
  forgotPassword: {
    ...base,
    method: "POST",
    path: "/v1/auth/forgot-password",
    summary: "Send a code to set a new password with",
    description: "Answers alike whether or not the address is known.",
    body: auth.mailedCode,
    problems: ["captcha-required", "rate-limited"],
  },
  resetPassword: {
    ...base,
    method: "POST",
    path: "/v1/auth/reset-password",
    summary: "Set a new password with a code",
    description: "Ends every session of the user.",
    body: auth.resetPassword,
    problems: ["rate-limited"],
  },
  getProviders: {
    ...base,
    method: "GET",
    path: "/v1/auth/providers",
    summary: "Find the sign-in page and the social providers",
    problems: [],
  },
  getConfig: {
    ...base,
    method: "GET",
    path: "/v1/config",
    tag: "Operations",
    summary: "What a page must know before anybody signs in",
    description: "The same for everybody, and kept by caches for five minutes.",
    problems: [],
  },
  changePassword: {
    ...base,
    method: "POST",
    path: "/v1/auth/change-password",
    auth: "user",
    credential: "token",
    summary: "Change the password of the signed-in user",
    description:
      "Ends every session of the user; the answer has the tokens of a new one. 204 where signing in takes a further step.",
    body: auth.changePassword,
  },
  changeEmail: {
    ...base,
    method: "POST",
    path: "/v1/auth/change-email",
    auth: "user",
    credential: "token",
    summary: "Send a code to a new e-mail address of the signed-in user",
    description:
      "The present address signs in until the new one is confirmed. Answers alike whether or not another account has the " +
      "new address. 403 where the deployment takes addresses of certain domains only.",
    body: auth.emailOnly,
  },
  confirmEmail: {
    ...base,
    method: "POST",
    path: "/v1/auth/confirm-email",
    auth: "user",
    credential: "token",
    summary: "Make the new e-mail address the user's, with the code that was sent to it",
    description: "Sessions, keys and everything owned stay as they are; a new id token has the new address.",
    body: auth.codeOnly,
  },
  signOutEverywhere: {
    ...base,
    method: "POST",
    path: "/v1/auth/sign-out-everywhere",
    auth: "user",
    credential: "token",
    summary: "End every session of the signed-in user",
    description:
      "No refresh token works any more. Access tokens live on until they expire, an hour after they were issued.",
  },
});
