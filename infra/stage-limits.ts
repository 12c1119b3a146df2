import {
  API_RATE_PER_SECOND,
  DOLLARS_PER_DAY,
  EXPENSIVE_RATE_PER_MINUTE,
  MAILS_PER_ADDRESS_PER_HOUR,
  MAILS_PER_SOURCE_PER_HOUR,
  MAX_RUNNING_REPLIES,
  MAX_WAIT_SECONDS,
  MAX_WAITING_POLLS,
  MAX_WAITING_REPLIES,
  MONTHLY_TOKENS,
  NEW_USER_TOKENS,
  REPLY_DEADLINE_SECONDS,
  REPLY_INPUT_TOKENS,
  SEND_BURST,
  SEND_RATE_PER_MINUTE,
  SEND_RATE_PER_SECOND,
  STORAGE_API_KEYS,
  STORAGE_CONVERSATIONS,
  STORAGE_MEGABYTES,
  STORAGE_MESSAGES,
  STORAGE_NOTES,
  STORAGE_SYSTEM_PROMPTS,
  STORAGE_TOTAL_MEGABYTES,
  USER_TOKENS_PER_DAY,
  USER_TOKENS_PER_MONTH,
} from "@parley/settings/definitions";
import type { Setting } from "@parley/settings/setting";
import * as z from "zod/mini";

/** What becomes a setting of functions is bounded as they bound it; without it they take their default. */
export const option = <Value>({ schema }: Setting<Value>) => z.optional(schema());

/** What users may do, have in flight, use and store. */
export const stageLimits = z.strictObject({
  newUserTokens: option(NEW_USER_TOKENS),
  monthlyTokens: option(MONTHLY_TOKENS),
  sendsPerSecond: option(SEND_RATE_PER_SECOND),
  sendBurst: option(SEND_BURST),
  sendsPerMinute: option(SEND_RATE_PER_MINUTE),
  requestsPerSecond: option(API_RATE_PER_SECOND),
  expensivePerMinute: option(EXPENSIVE_RATE_PER_MINUTE),
  mailsPerAddressPerHour: option(MAILS_PER_ADDRESS_PER_HOUR),
  mailsPerSourcePerHour: option(MAILS_PER_SOURCE_PER_HOUR),
  runningReplies: option(MAX_RUNNING_REPLIES),
  waitingReplies: option(MAX_WAITING_REPLIES),
  waitingPolls: option(MAX_WAITING_POLLS),
  replyInputTokens: option(REPLY_INPUT_TOKENS),
  userTokensPerDay: option(USER_TOKENS_PER_DAY),
  userTokensPerMonth: option(USER_TOKENS_PER_MONTH),
  /** Of all users together; an alarm tells when it is spent. */
  dollarsPerDay: option(DOLLARS_PER_DAY),
  storedConversations: option(STORAGE_CONVERSATIONS),
  storedMessages: option(STORAGE_MESSAGES),
  storedNotes: option(STORAGE_NOTES),
  storedSystemPrompts: option(STORAGE_SYSTEM_PROMPTS),
  storedApiKeys: option(STORAGE_API_KEYS),
  storedMegabytes: option(STORAGE_MEGABYTES),
  /** Of all users together, rows and indexes included; an alarm tells when it is full. */
  totalStoredMegabytes: option(STORAGE_TOTAL_MEGABYTES),
  replyDeadlineSeconds: option(REPLY_DEADLINE_SECONDS),
  maximumWaitSeconds: option(MAX_WAIT_SECONDS),
});
