import type { Answers } from "../route.ts";
import type { authRoutes } from "../routes/auth.ts";
import * as auth from "../schemas/auth.ts";

export const authAnswers = {
  register: { 201: auth.registered },
  confirm: { 204: undefined },
  resendCode: { 202: auth.codeSent },
  login: { 200: auth.tokens },
  refresh: { 200: auth.tokens },
  logout: { 204: undefined },
  forgotPassword: { 202: auth.codeSent },
  resetPassword: { 204: undefined },
  getProviders: { 200: auth.providers },
  changePassword: { 200: auth.tokens, 204: undefined },
  changeEmail: { 202: auth.codeSent },
  confirmEmail: { 204: undefined },
  signOutEverywhere: { 204: undefined },
  getConfig: { 200: auth.config },
} satisfies Answers<typeof authRoutes>;
