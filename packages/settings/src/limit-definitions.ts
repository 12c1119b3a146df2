import { number, wholeNumber } from "./setting.ts";

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
export const MAX_WAITING_POLLS = /* @__PURE__ */ wholeNumber({
  text: "Polls of a user that wait at once; those beyond are answered at once; 0 is no limit",
  minimum: 0,
  maximum: 10_000,
  default: 4,
});
export const REPLY_INPUT_TOKENS = /* @__PURE__ */ wholeNumber({
  text: "Tokens that a prompt is filled up to; 0 is an eighth of the model's context, and 32000 at least",
  minimum: 0,
  maximum: 100_000_000,
  default: 0,
});
export const USER_TOKENS_PER_DAY = /* @__PURE__ */ wholeNumber({
  text: "Tokens of models that a user may use in a day (UTC), read and written; 0 is no limit",
  minimum: 0,
  default: 0,
});
export const USER_TOKENS_PER_MONTH = /* @__PURE__ */ wholeNumber({
  text: "The same in a calendar month (UTC); 0 is no limit",
  minimum: 0,
  default: 0,
});
export const DOLLARS_PER_DAY = /* @__PURE__ */ number({
  text: "What the replies of all users together may cost in a day (UTC), by the models' costPerMillion; 0 is no limit",
  minimum: 0,
  default: 0,
});

// What is stored of each user: the database counts it as it is written, and `migrate` tells it the limits.
export const STORAGE_CONVERSATIONS = /* @__PURE__ */ wholeNumber({
  text: "Conversations that may be stored of a user; 0 is no limit",
  minimum: 0,
  default: 5_000,
});
export const STORAGE_MESSAGES = /* @__PURE__ */ wholeNumber({
  text: "Messages that may be stored of a user, answers included; 0 is no limit",
  minimum: 0,
  default: 100_000,
});
export const STORAGE_NOTES = /* @__PURE__ */ wholeNumber({
  text: "Notes that may be stored of a user; 0 is no limit",
  minimum: 0,
  default: 2_000,
});
export const STORAGE_SYSTEM_PROMPTS = /* @__PURE__ */ wholeNumber({
  text: "System prompts that may be stored of a user; 0 is no limit",
  minimum: 0,
  default: 200,
});
export const STORAGE_API_KEYS = /* @__PURE__ */ wholeNumber({
  text: "API keys that a user may have; 0 is no limit",
  minimum: 0,
  default: 100,
});
export const STORAGE_MEGABYTES = /* @__PURE__ */ wholeNumber({
  text: "Megabytes of text that may be stored of a user; 0 is no limit",
  minimum: 0,
  maximum: 1_000_000,
  default: 20,
});
export const STORAGE_TOTAL_MEGABYTES = /* @__PURE__ */ wholeNumber({
  text: "Megabytes that what is stored of all users together may take, with its rows and indexes; 0 is no limit",
  minimum: 0,
  maximum: 1_000_000_000,
  default: 0,
});
