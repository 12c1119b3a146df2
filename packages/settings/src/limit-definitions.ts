import { wholeNumber } from "./setting.ts";

// What a user may ask for, have in flight, and spend.

export const EXPENSIVE_RATE_PER_MINUTE = /* @__PURE__ */ wholeNumber({
  text: "Searches, estimates, exports and imports a minute, counted across all functions; 0 is no limit",
  minimum: 0,
  maximum: 100_000,
  default: 120,
});
export const MAX_RUNNING_REPLIES = /* @__PURE__ */ wholeNumber({
  text: "Replies of a user that run at once; others wait, and leave the workers to other users; 0 is no limit",
  minimum: 0,
  maximum: 10_000,
  default: 4,
});
export const MAX_WAITING_REPLIES = /* @__PURE__ */ wholeNumber({
  text: "Replies of a user that may wait besides; more are refused",
  minimum: 0,
  maximum: 10_000,
  default: 20,
});
