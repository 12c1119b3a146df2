import * as z from "zod/mini";
import { text } from "./fields.ts";

const email = z
  .pipe(z.string().check(z.maxLength(254), z.trim(), z.toLowerCase()), z.email("must be an e-mail address"))
  .check(z.meta({ format: "email", example: "ada@example.com" }));

const password = z
  .string()
  .check(z.minLength(1), z.maxLength(256), z.meta({ format: "password", example: "Correct-Horse-7" }));
const code = z
  .string()
  .check(z.trim(), z.regex(/^\d{6}$/, "must be six digits"), z.meta({ example: "123456" }));
const refreshToken = z.string().check(z.minLength(1), z.maxLength(8_192));

const captchaToken = z.optional(z.string().check(z.minLength(1), z.maxLength(8_192))).check(
  z.meta({
    description: "Of a solved captcha, where `GET /v1/config` names one; each is good for one request",
  }),
);

export const register = z.strictObject({
  email,
  password,
  displayName: z.optional(text(100)),
  captchaToken,
});
export const confirm = z.strictObject({ email, code });
export const codeOnly = z.strictObject({ code });
export const emailOnly = z.strictObject({ email });
export const mailedCode = z.strictObject({ email, captchaToken });
export const login = z.strictObject({ email, password });
export const refresh = z.strictObject({ refreshToken });
export const resetPassword = z.strictObject({ email, code, password });
export const changePassword = z.strictObject({ currentPassword: password, newPassword: password });

const codeDelivery = z.object({
  destination: z.string().check(z.meta({ description: "Masked", example: "a***@e***" })),
  medium: z.literal("email"),
});

export const registered = z
  .object({ userConfirmed: z.boolean(), codeDelivery })
  .register(z.globalRegistry, { id: "Registered" });
export const codeSent = z.object({ codeDelivery }).register(z.globalRegistry, { id: "CodeSent" });

export const tokens = z
  .object({
    accessToken: z.string(),
    idToken: z.string(),
    refreshToken: z.string(),
    expiresIn: z.int().check(z.meta({ description: "Seconds" })),
    tokenType: z.literal("Bearer"),
  })
  .register(z.globalRegistry, { id: "Tokens" });

const authorizeUrl = z
  .string()
  .check(
    z.meta({ description: "To send people to, with redirect_uri, state and a PKCE code_challenge added" }),
  );

export const providers = z
  .object({
    signInPage: z
      .nullable(
        z.object({
          authorizeUrl,
          tokenUrl: z.string().check(z.meta({ description: "Takes the code that the page returns with" })),
          clientId: z.string(),
          scopes: z.array(z.string()),
          callbackUrls: z.array(z.string()).check(z.meta({ description: "Where the page may return to" })),
        }),
      )
      .check(
        z.meta({
          description: "null: this deployment has none, and people sign in with e-mail and password",
        }),
      ),
    providers: z.array(z.object({ name: z.string(), kind: z.enum(["google", "oidc"]), authorizeUrl })),
  })
  .register(z.globalRegistry, { id: "SignInProviders" });

export const config = z
  .object({
    name: z.string(),
    version: z.string(),
    pushUrl: z.nullable(z.string()).check(
      z.meta({
        description: "Of the WebSocket API; null: poll instead",
        example: "wss://push.example.com",
      }),
    ),
    signIn: z.object({
      signUp: z
        .enum(["open", "domains", "invite"])
        .check(
          z.meta({ description: "Who may register: everybody, people of some domains, or only the invited" }),
        ),
      captcha: z
        .nullable(z.object({ provider: z.enum(["turnstile", "hcaptcha"]), siteKey: z.string() }))
        .check(
          z.meta({ description: "To be solved before a code is mailed to an address; null: there is none" }),
        ),
      ...providers.shape,
    }),
    limits: z.object({
      messageCharacters: z.int().check(z.meta({ description: "Unicode code points" })),
      bodyBytes: z.int(),
      runningReplies: z.nullable(z.int()).check(z.meta({ description: "Of a user at once; null: no limit" })),
      waitingReplies: z
        .nullable(z.int())
        .check(z.meta({ description: "Besides those that run; null: no limit" })),
    }),
  })
  .register(z.globalRegistry, { id: "Config" });

export type SignInProviders = z.infer<typeof providers>;
