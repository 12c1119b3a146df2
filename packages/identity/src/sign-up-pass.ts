import { createHmac, timingSafeEqual } from "node:crypto";

/** Between the API's call and Cognito's of its trigger, in milliseconds. */
const lifeMillis = 60_000;

const signatureOf = (secret: string, email: string, time: string) =>
  createHmac("sha256", secret).update(`sign-up ${time} ${email.toLowerCase()}`).digest();

/**
 * What the API hands to Cognito with a sign-up that it has let through, as its `ClientMetadata`: Cognito's own endpoint,
 * which is open to whoever knows the client's id, is asked for as many mails as it has passes.
 * @param secret the captcha's, which both sides have
 */
export function signUpPass(secret: string, email: string, now = Date.now()): { pass: string } {
  return { pass: `${now}.${signatureOf(secret, email, String(now)).toString("base64url")}` };
}

/** Says whether the API made this pass for this address a moment ago. */
export function isSignUpPass(
  secret: string,
  email: string,
  pass: string | undefined,
  now = Date.now(),
): boolean {
  const [time = "", signature = ""] = (pass ?? "").split(".");
  const expected = signatureOf(secret, email, time);
  const given = Buffer.from(signature, "base64url");
  const isOurs = given.length === expected.length && timingSafeEqual(given, expected);
  return isOurs && Math.abs(now - Number(time)) <= lifeMillis;
}
