import * as z from "zod";
import { text } from "./fields.ts";

const email = z
  .string()
  .max(254)
  .trim()
  .toLowerCase()
  .pipe(z.email("must be an e-mail address"))
  .meta({ format: "email", example: "ada@example.com" });

const password = z.string().min(1).max(256).meta({ format: "password", example: "Correct-Horse-7" });
const code = z
  .string()
  .trim()
  .regex(/^\d{6}$/, "must be six digits")
  .meta({ example: "123456" });
const refreshToken = z.string().min(1).max(8_192);

export const register = z.strictObject({ email, password, displayName: text(100).optional() });
export const confirm = z.strictObject({ email, code });
export const emailOnly = z.strictObject({ email });
export const login = z.strictObject({ email, password });
export const refresh = z.strictObject({ refreshToken });
export const resetPassword = z.strictObject({ email, code, password });
export const changePassword = z.strictObject({ currentPassword: password, newPassword: password });

const codeDelivery = z.object({
  destination: z.string().meta({ description: "Masked", example: "a***@e***" }),
  medium: z.literal("email"),
});

export const registered = z.object({ userConfirmed: z.boolean(), codeDelivery }).meta({ id: "Registered" });
export const codeSent = z.object({ codeDelivery }).meta({ id: "CodeSent" });

export const tokens = z
  .object({
    accessToken: z.string(),
    idToken: z.string(),
    refreshToken: z.string(),
    expiresIn: z.int().meta({ description: "Seconds" }),
    tokenType: z.literal("Bearer"),
  })
  .meta({ id: "Tokens" });

const authorizeUrl = z
  .string()
  .meta({ description: "To send people to, with redirect_uri, state and a PKCE code_challenge added" });

export const providers = z
  .object({
    signInPage: z
      .object({
        authorizeUrl,
        tokenUrl: z.string().meta({ description: "Takes the code that the page returns with" }),
        clientId: z.string(),
        scopes: z.array(z.string()),
        callbackUrls: z.array(z.string()).meta({ description: "Where the page may return to" }),
      })
      .nullable()
      .meta({ description: "null: this deployment has none, and people sign in with e-mail and password" }),
    providers: z.array(z.object({ name: z.string(), kind: z.enum(["google", "oidc"]), authorizeUrl })),
  })
  .meta({ id: "SignInProviders" });

export type SignInProviders = z.infer<typeof providers>;
