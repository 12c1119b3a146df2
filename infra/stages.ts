import {
  ANTHROPIC_BASE_URL,
  API_RATE_PER_SECOND,
  DEFAULT_MODEL,
  EMBEDDING_BASE_URL,
  EMBEDDING_DIMENSIONS,
  EMBEDDING_MODEL,
  FALLBACK_MODEL,
  MAX_WAIT_SECONDS,
  MOMENTO_CACHE_NAME,
  MONTHLY_TOKENS,
  NEW_USER_TOKENS,
  OPENAI_BASE_URL,
  POWERTOOLS_LOG_LEVEL,
  REPLY_DEADLINE_SECONDS,
  SEND_BURST,
  SEND_RATE_PER_MINUTE,
  SEND_RATE_PER_SECOND,
} from "@parley/settings/definitions";
import type { Setting } from "@parley/settings/setting";
import * as z from "zod";

const whole = (least: number, most: number) => z.number().int().min(least).max(most);
const origin = z
  .url({ protocol: /^https?$/ })
  .refine((url) => new URL(url).origin === url, "must be an origin");

/** What becomes a setting of functions is bounded as they bound it; without it they take their default. */
const option = <Value>({ schema }: Setting<Value>) => z.optional(schema);
const orDefault = <Value>(setting: Setting<Value> & { default: Value }) =>
  z._default(setting.schema, setting.default as never);

/** A provider of identities that speaks OpenID Connect, or one that a bridge makes speak it, as for GitHub. */
const oidcProvider = z.strictObject({
  kind: z.literal("oidc"),
  /** Shown on the sign-in page. */
  name: z.string().regex(/^[A-Za-z][A-Za-z0-9-]{2,31}$/),
  issuerUrl: z.url({ protocol: /^https$/ }),
  clientId: z.string().min(1),
  /** Secrets Manager secret whose text is the client's secret. */
  clientSecretName: z.string().min(1),
  scopes: z.array(z.string()).default(["openid", "email", "profile"]),
});

const googleProvider = z.strictObject({
  kind: z.literal("google"),
  clientId: z.string().min(1),
  clientSecretName: z.string().min(1),
});

const functionMemory = z.strictObject({
  /** Megabytes; CPU comes with memory, so these are also speeds. */
  api: whole(256, 10_240).default(512),
  authorizer: whole(128, 10_240).default(256),
  worker: whole(256, 10_240).default(1_024),
  background: whole(256, 10_240).default(512),
});

/** What a stage may be told. Everything has a default fit for a personal account. */
const stageSchema = z.strictObject({
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, "must be a region such as us-east-1")
    .optional(),
  /** `url`: any Postgres, named by the secret. `aurora`: Aurora Serverless v2 in a VPC of its own. */
  database: z.enum(["url", "aurora"]).default("url"),
  aurora: z
    .strictObject({
      /** Aurora capacity units; a database without connections pauses at 0. */
      maximumCapacity: whole(1, 128).default(4),
      pauseAfterMinutes: whole(5, 1_440).default(10),
      backupDays: whole(1, 35).default(7),
    })
    .prefault({}),
  /** Name of the Secrets Manager secret that `pnpm run deploy` writes. */
  secretName: z
    .string()
    .regex(/^[\w/+=.@-]+$/)
    .optional(),
  /** What of this the account and the database allow decides how many workers run at once. */
  databaseConnections: whole(4, 5_000).default(60),
  accountConcurrency: whole(10, 10_000).default(10),
  memory: functionMemory.prefault({}),
  logRetentionDays: z
    .union([z.literal(7), z.literal(14), z.literal(30), z.literal(90), z.literal(365)])
    .default(14),
  logLevel: orDefault(POWERTOOLS_LOG_LEVEL),
  /** True keeps data when a stack is deleted. */
  keepsData: z.boolean().default(true),
  throttle: z
    .strictObject({ requestsPerSecond: whole(1, 10_000).default(50), burst: whole(1, 5_000).default(100) })
    .prefault({}),
  corsOrigins: z.array(origin).default([]),
  domain: z
    .strictObject({
      name: z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, "must be a host name"),
      /** In the stage's region. */
      certificateArn: z.string().regex(/^arn:aws[\w-]*:acm:/, "must be the ARN of an ACM certificate"),
    })
    .optional(),
  signUp: z.enum(["invite", "domains", "open"]).default("invite"),
  /** With `signUp: "domains"`. */
  signUpDomains: z.array(z.string().regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, "must be a domain")).default([]),
  /** A verified SES address. Without it Cognito's own mailer sends about 50 a day. */
  emailSender: z.email().optional(),
  /** Where the hosted sign-in page may return to; needed by social sign-in. */
  callbackUrls: z.array(z.url()).default([]),
  identityProviders: z.array(z.discriminatedUnion("kind", [googleProvider, oidcProvider])).default([]),
  models: z
    .strictObject({
      default: option(DEFAULT_MODEL),
      fallback: option(FALLBACK_MODEL),
      openaiBaseUrl: option(OPENAI_BASE_URL),
      anthropicBaseUrl: option(ANTHROPIC_BASE_URL),
    })
    .prefault({}),
  /** Similar search, with `embeddingApiKey` or `openaiApiKey` of the secret. Its queue's polling is billed. */
  embeddings: z
    .strictObject({
      /** OpenAI, or any server that speaks its embeddings protocol. */
      baseUrl: option(EMBEDDING_BASE_URL),
      model: option(EMBEDDING_MODEL),
      dimensions: option(EMBEDDING_DIMENSIONS),
    })
    .optional(),
  limits: z
    .strictObject({
      newUserTokens: option(NEW_USER_TOKENS),
      monthlyTokens: option(MONTHLY_TOKENS),
      sendsPerSecond: option(SEND_RATE_PER_SECOND),
      sendBurst: option(SEND_BURST),
      sendsPerMinute: option(SEND_RATE_PER_MINUTE),
      requestsPerSecond: option(API_RATE_PER_SECOND),
      replyDeadlineSeconds: option(REPLY_DEADLINE_SECONDS),
      maximumWaitSeconds: option(MAX_WAIT_SECONDS),
    })
    .prefault({}),
  momentoCacheName: orDefault(MOMENTO_CACHE_NAME),
  /** Hours between sweeps; each wakes a sleeping database. */
  sweepEveryHours: whole(1, 24).default(6),
  alarmEmail: z.email().optional(),
});

const checkedStage = stageSchema
  .refine(({ signUp, signUpDomains }) => signUp !== "domains" || signUpDomains.length > 0, {
    path: ["signUpDomains"],
    error: "must name a domain when signUp is domains",
  })
  .refine(
    ({ identityProviders, callbackUrls }) => identityProviders.length === 0 || callbackUrls.length > 0,
    {
      path: ["callbackUrls"],
      error: "must name where sign-in returns to when there are identityProviders",
    },
  );

type StageSettings = z.input<typeof stageSchema>;

export type Stage = z.output<typeof stageSchema> & { readonly name: string; readonly secretName: string };

/** The deployments of Parley. Change these, or add one, and deploy it with `pnpm run deploy <name>`. */
const stages: Readonly<Record<string, StageSettings>> = {
  dev: { keepsData: false, logRetentionDays: 7 },
  prod: { keepsData: true, logRetentionDays: 30, databaseConnections: 100 },
};

/** What may be said on the command line instead of in this file, as `cdk synth -c database=aurora`. */
export interface StageOverrides {
  readonly database?: unknown;
  readonly region?: unknown;
}

/**
 * The settings of a stage, checked.
 * @throws Error with one sentence that says what to set and where
 */
export function resolveStage(
  name: string,
  overrides: StageOverrides = {},
  all: Readonly<Record<string, StageSettings>> = stages,
): Stage {
  const settings = Object.hasOwn(all, name) ? all[name] : undefined;
  if (settings === undefined) {
    throw new Error(`There is no stage ${name} in infra/stages.ts; it has ${Object.keys(all).join(", ")}.`);
  }
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined && value !== "");
  const result = checkedStage.safeParse({ ...settings, ...Object.fromEntries(given) });
  if (!result.success) {
    const issue = result.error.issues[0];
    throw new Error(`${issue?.path.join(".")} of stage ${name} in infra/stages.ts: ${issue?.message}.`);
  }
  return { ...result.data, name, secretName: result.data.secretName ?? `parley/${name}` };
}
