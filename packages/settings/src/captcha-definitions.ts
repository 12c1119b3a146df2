import { choice, text, url } from "./setting.ts";

// A captcha before a mail is sent to an address that a stranger gives.

export const CAPTCHA = /* @__PURE__ */ choice({
  text: "Whose captcha is asked of whoever signs up or asks for a code; without it none is",
  words: ["turnstile", "hcaptcha"],
});
export const CAPTCHA_SITE_KEY = /* @__PURE__ */ text({
  text: "The public key of the captcha's site, which pages show it with",
});
export const CAPTCHA_SECRET = /* @__PURE__ */ text({
  text: "The secret key that answers of the captcha are checked with",
});
export const CAPTCHA_VERIFY_URL = /* @__PURE__ */ url({
  text: "Where they are checked instead of at the provider; it speaks the same `siteverify`",
  example: "http://localhost:8080/siteverify",
});
