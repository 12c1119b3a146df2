import { embeddingVariables } from "./constructs/embeddings.ts";
import { modelVariables } from "./constructs/models.ts";
import type { SignInVariable } from "./constructs/sign-in.ts";
import { type ApiEnvironments, environmentOf } from "./environments.ts";
import type { Stage } from "./stages.ts";

/** The environment of each function behind the API: what `stages.ts` leaves open is left to the function's default. */
export function apiEnvironments(
  stage: Stage,
  made: {
    queueUrl: string;
    userPoolId: string;
    clientId: string;
    signIn: Record<SignInVariable, string | undefined>;
    callbackUrl: string;
    pushUrl: string;
    embeddingQueueUrl: string | undefined;
  },
): ApiEnvironments {
  const { limits, models } = stage;
  const caller = {
    NEW_USER_TOKENS: limits.newUserTokens?.toString(),
    MONTHLY_TOKENS: limits.monthlyTokens?.toString(),
    API_RATE_PER_SECOND: limits.requestsPerSecond?.toString(),
  };
  const expensive = { EXPENSIVE_RATE_PER_MINUTE: limits.expensivePerMinute?.toString() };
  const inFlight = {
    MAX_RUNNING_REPLIES: limits.runningReplies?.toString(),
    MAX_WAITING_REPLIES: limits.waitingReplies?.toString(),
  };
  const using = {
    ...inFlight,
    USER_TOKENS_PER_DAY: limits.userTokensPerDay?.toString(),
    USER_TOKENS_PER_MONTH: limits.userTokensPerMonth?.toString(),
  };
  const cache = { MOMENTO_CACHE_NAME: stage.momentoCacheName };
  const push = { WEBSOCKET_CALLBACK_URL: made.callbackUrl };
  const asking = {
    QUEUE_URL: made.queueUrl,
    ...modelVariables(stage),
    DEFAULT_MODEL: models.default,
    SEND_RATE_PER_SECOND: limits.sendsPerSecond?.toString(),
    SEND_BURST: limits.sendBurst?.toString(),
    SEND_RATE_PER_MINUTE: limits.sendsPerMinute?.toString(),
    REPLY_DEADLINE_SECONDS: limits.replyDeadlineSeconds?.toString(),
    ...using,
    REPLY_INPUT_TOKENS: limits.replyInputTokens?.toString(),
    DOLLARS_PER_DAY: limits.dollarsPerDay?.toString(),
  };
  const embedding = { ...embeddingVariables(stage), EMBEDDING_QUEUE_URL: made.embeddingQueueUrl };
  return {
    account: environmentOf("account", {
      ...caller,
      ...expensive,
      ...cache,
      ...push,
      ...using,
      USER_POOL_ID: made.userPoolId,
      ...modelVariables(stage),
      DEFAULT_MODEL: models.default,
    }),
    admin: environmentOf("admin", {
      ...caller,
      ...cache,
      ...push,
      ...asking,
      USER_POOL_ID: made.userPoolId,
    }),
    "api-keys": environmentOf("api-keys", { ...caller, ...push }),
    auth: environmentOf("auth", {
      ...caller,
      ...made.signIn,
      ...inFlight,
      SIGN_UP: stage.signUp,
      CAPTCHA: stage.captcha?.provider,
      CAPTCHA_SITE_KEY: stage.captcha?.siteKey,
      MAILS_PER_ADDRESS_PER_HOUR: limits.mailsPerAddressPerHour?.toString(),
      MAILS_PER_SOURCE_PER_HOUR: limits.mailsPerSourcePerHour?.toString(),
      ALLOWED_DOMAINS: stage.signUp === "domains" ? stage.signUpDomains.join(",") : undefined,
      PUSH_URL: made.pushUrl,
      USER_POOL_ID: made.userPoolId,
      USER_POOL_CLIENT_ID: made.clientId,
    }),
    console: environmentOf("console", {
      PUSH_URL: made.pushUrl,
      SIGN_IN_URL: made.signIn.SIGN_IN_URL,
      CAPTCHA: stage.captcha?.provider,
    }),
    conversations: environmentOf("conversations", {
      ...caller,
      ...expensive,
      ...cache,
      ...push,
      ...asking,
      RETENTION_DAYS: stage.retentionDays?.toString(),
    }),
    docs: environmentOf("docs", {}),
    messages: environmentOf("messages", {
      ...caller,
      ...expensive,
      ...cache,
      ...push,
      ...asking,
      ...embedding,
    }),
    notes: environmentOf("notes", { ...caller, ...expensive, ...embedding }),
    ops: environmentOf("ops", {
      ...caller,
      ...modelVariables(stage),
      DEFAULT_MODEL: models.default,
      QUEUE_URL: made.queueUrl,
    }),
    replies: environmentOf("replies", {
      ...caller,
      ...cache,
      ...push,
      QUEUE_URL: made.queueUrl,
      EMBEDDING_QUEUE_URL: made.embeddingQueueUrl,
      MAX_WAIT_SECONDS: limits.maximumWaitSeconds?.toString(),
      MAX_WAITING_POLLS: limits.waitingPolls?.toString(),
    }),
    "system-prompts": environmentOf("system-prompts", {
      ...caller,
      PROMPT_PUBLISHERS: stage.promptPublishers,
    }),
  };
}
