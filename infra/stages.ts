import {
  ANTHROPIC_BASE_URL,
  CAPTCHA,
  CAPTCHA_SITE_KEY,
  DEFAULT_MODEL,
  EMBEDDING_BASE_URL,
  EMBEDDING_DIMENSIONS,
  EMBEDDING_MODEL,
  FALLBACK_MODEL,
  MOMENTO_CACHE_NAME,
  OPENAI_BASE_URL,
  OPENAI_MODELS,
  OTEL_EXPORTER_OTLP_ENDPOINT,
  OTEL_METRICS_EXPORTER,
  OTEL_RESOURCE_ATTRIBUTES,
  OTEL_SERVICE_NAME,
  OTEL_TRACES_SAMPLER,
  OTEL_TRACES_SAMPLER_ARG,
  POWERTOOLS_LOG_LEVEL,
  PROMPT_PUBLISHERS,
  PROVIDERS,
  RETENTION_DAYS,
  TITLE_MODEL,
} from "@parley/settings/definitions";
import { isOrigin, region, type Setting } from "@parley/settings/setting";
import * as z from "zod/mini";
import { option, stageLimits } from "./stage-limits.ts";

// zod/mini has no words of its own for what is wrong.
z.config(z.locales.en());

const whole = (minimum: number, maximum: number) => z.int().check(z.minimum(minimum), z.maximum(maximum));
const origin = z.string().check(z.refine(isOrigin, "must be an origin"));

const orDefault = <Value>(setting: Setting<Value> & { default: Value }) =>
  z._default(setting.schema(), setting.default as never);

/** A provider of identities that speaks OpenID Connect, or one that a bridge makes speak it, as for GitHub. */
const oidcProvider = z.strictObject({
  kind: z.literal("oidc"),
  /** Shown on the sign-in page. */
  name: z.string().check(z.regex(/^[A-Za-z][A-Za-z0-9-]{2,31}$/)),
  issuerUrl: z.url({ protocol: /^https$/ }),
  clientId: z.string().check(z.minLength(1)),
  /** Secrets Manager secret whose text is the client's secret. */
  clientSecretName: z.string().check(z.minLength(1)),
  scopes: z._default(z.array(z.string()), ["openid", "email", "profile"]),
});

const googleProvider = z.strictObject({
  kind: z.literal("google"),
  clientId: z.string().check(z.minLength(1)),
  clientSecretName: z.string().check(z.minLength(1)),
});

const functionMemory = z.strictObject({
  /** Megabytes; CPU comes with memory, so these are also speeds. */
  api: z._default(whole(256, 10_240), 512),
  authorizer: z._default(whole(128, 10_240), 256),
  worker: z._default(whole(256, 10_240), 1_024),
  background: z._default(whole(256, 10_240), 512),
});

/** What a stage may be told. Everything has a default fit for a personal account. */
const stageSchema = z.strictObject({
  region: z.optional(region()),
  /** `url`: any Postgres, named by the secret. `aurora`: Aurora Serverless v2 in a VPC of its own. */
  database: z._default(z.enum(["url", "aurora"]), "url"),
  aurora: z.prefault(
    z.strictObject({
      /** Aurora capacity units; a database without connections pauses at 0. */
      maximumCapacity: z._default(whole(1, 128), 4),
      pauseAfterMinutes: z._default(whole(5, 1_440), 10),
      backupDays: z._default(whole(1, 35), 7),
    }),
    {},
  ),
  /** Name of the Secrets Manager secret that `pnpm run deploy` writes. */
  secretName: z.optional(z.string().check(z.regex(/^[\w/+=.@-]+$/))),
  /** What of this the account and the database allow decides how many workers run at once. */
  databaseConnections: z._default(whole(4, 5_000), 60),
  accountConcurrency: z._default(whole(10, 10_000), 10),
  memory: z.prefault(functionMemory, {}),
  logRetentionDays: z._default(
    z.union([z.literal(7), z.literal(14), z.literal(30), z.literal(90), z.literal(365)]),
    14,
  ),
  logLevel: orDefault(POWERTOOLS_LOG_LEVEL),
  /** X-Ray samples the first request of each second: of a quiet deployment nearly each, and a cold start takes 60 ms more. */
  tracing: z._default(z.boolean(), false),
  /** OpenTelemetry, beside or instead of X-Ray; `otlpHeaders` of the secret has the collector's key. */
  telemetry: z.optional(
    z.strictObject({
      /** Where a collector takes OTLP over HTTP. */
      endpoint: OTEL_EXPORTER_OTLP_ENDPOINT.schema(),
      /** `none` where it takes traces only. */
      metrics: option(OTEL_METRICS_EXPORTER),
      serviceName: option(OTEL_SERVICE_NAME),
      resourceAttributes: option(OTEL_RESOURCE_ATTRIBUTES),
      sampler: option(OTEL_TRACES_SAMPLER),
      samplerArgument: option(OTEL_TRACES_SAMPLER_ARG),
    }),
  ),
  /** True keeps data when a stack is deleted. */
  keepsData: z._default(z.boolean(), true),
  throttle: z.prefault(
    z.strictObject({
      requestsPerSecond: z._default(whole(1, 10_000), 50),
      burst: z._default(whole(1, 5_000), 100),
    }),
    {},
  ),
  corsOrigins: z._default(z.array(origin), []),
  domain: z.optional(
    z.strictObject({
      name: z.string().check(z.regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, "must be a host name")),
      /** In the stage's region. */
      certificateArn: z
        .string()
        .check(z.regex(/^arn:aws[\w-]*:acm:/, "must be the ARN of an ACM certificate")),
    }),
  ),
  signUp: z._default(z.enum(["invite", "domains", "open"]), "invite"),
  /** With `signUp: "domains"`. */
  signUpDomains: z._default(
    z.array(z.string().check(z.regex(/^([a-z0-9-]+\.)+[a-z]{2,}$/, "must be a domain"))),
    [],
  ),
  /** Asked before a code is mailed; its secret key is `captchaSecret` of the secret. */
  captcha: z.optional(
    z.strictObject({
      provider: CAPTCHA.schema(),
      siteKey: CAPTCHA_SITE_KEY.schema(),
    }),
  ),
  /** A verified SES address. Without it Cognito's own mailer sends about 50 a day. */
  emailSender: z.optional(z.email()),
  /** Where the hosted sign-in page may return to; needed by social sign-in. */
  callbackUrls: z._default(z.array(z.url()), []),
  identityProviders: z._default(z.array(z.discriminatedUnion("kind", [googleProvider, oidcProvider])), []),
  models: z.prefault(
    z
      .strictObject({
        default: option(DEFAULT_MODEL),
        fallback: option(FALLBACK_MODEL),
        /** Names conversations after their first answer, at the deployment's cost. */
        title: option(TITLE_MODEL),
        openaiBaseUrl: option(OPENAI_BASE_URL),
        anthropicBaseUrl: option(ANTHROPIC_BASE_URL),
        /** Names of the models at `openaiBaseUrl`. */
        openaiModels: option(OPENAI_MODELS),
        /** More providers; `providerKeys` of the secret has their keys. Functions may use the listed models of Bedrock. */
        providers: option(PROVIDERS),
      })
      .check(
        z.refine(
          ({ openaiBaseUrl, openaiModels, default: named }) =>
            !openaiBaseUrl || named || openaiModels?.length,
          "must have a default, or openaiModels, beside openaiBaseUrl",
        ),
      ),
    {},
  ),
  /** Similar search, with `embeddingApiKey` or `openaiApiKey` of the secret. Its queue's polling is billed. */
  embeddings: z.optional(
    z.strictObject({
      /** OpenAI, or any server that speaks its embeddings protocol. */
      baseUrl: option(EMBEDDING_BASE_URL),
      model: option(EMBEDDING_MODEL),
      dimensions: option(EMBEDDING_DIMENSIONS),
    }),
  ),
  limits: z.prefault(stageLimits, {}),
  /** Who may make system prompts public: `everybody` or `admins`. */
  promptPublishers: option(PROMPT_PUBLISHERS),
  /** After its last change a conversation is erased; without it none is, but those that say so themselves. */
  retentionDays: option(RETENTION_DAYS),
  momentoCacheName: orDefault(MOMENTO_CACHE_NAME),
  /** Hours between sweeps; each wakes a sleeping database. */
  sweepEveryHours: z._default(whole(1, 24), 6),
  alarmEmail: z.optional(z.email()),
});

const checkedStage = stageSchema.check(
  z.refine(({ signUp, signUpDomains }) => signUp !== "domains" || signUpDomains.length > 0, {
    path: ["signUpDomains"],
    error: "must name a domain when signUp is domains",
  }),
  z.refine(
    ({ identityProviders, callbackUrls }) => identityProviders.length === 0 || callbackUrls.length > 0,
    {
      path: ["callbackUrls"],
      error: "must name where sign-in returns to when there are identityProviders",
    },
  ),
);

type StageSettings = z.input<typeof stageSchema>;

export type Stage = z.output<typeof stageSchema> & { readonly name: string; readonly secretName: string };

/** Defaults of the deployments of Parley. A stage of your own, and what differs in one of these, stands in `parley.config.ts`. */
const stages: Readonly<Record<string, StageSettings>> = {
  dev: { keepsData: false, logRetentionDays: 7 },
  prod: { keepsData: true, logRetentionDays: 30, databaseConnections: 100 },
};

/** What may be said on the command line instead of in a file, as `cdk synth -c database=aurora`. */
export interface StageOverrides {
  readonly database?: unknown;
  readonly region?: unknown;
  readonly alarmEmail?: unknown;
}

/** The deployer's own settings, by stage, not checked yet. */
export interface OwnStages {
  /** For people. */
  readonly file: string;
  readonly stages: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

/** For `parley.config.ts`, which an editor checks by it. */
export type Stages = Readonly<Record<string, StageSettings>>;

interface StageSources {
  readonly defaults?: Readonly<Record<string, StageSettings>>;
  readonly own?: OwnStages | undefined;
}

const defaultsFile = "infra/stages.ts";
const ownOf = <T>(all: Readonly<Record<string, T>>, name: string) =>
  Object.hasOwn(all, name) ? all[name] : undefined;

function missingStage(name: string, defaults: object, own: OwnStages | undefined): Error {
  const has = `${defaultsFile}; it has ${Object.keys(defaults).join(", ")}`;
  if (own === undefined) return new Error(`There is no stage ${name} in ${has}.`);
  return new Error(
    `There is no stage ${name} in ${own.file}, which has ${Object.keys(own.stages).join(", ")}, nor in ${has}.`,
  );
}

/**
 * The settings of a stage, checked. A setting of the deployer's own file takes the place of the default.
 * @throws Error with one sentence for each mistake, which says what to set and where
 */
export function resolveStage(
  name: string,
  overrides: StageOverrides = {},
  { defaults = stages, own }: StageSources = {},
): Stage {
  const ownSettings = own && ownOf(own.stages, name);
  const settings = ownOf(defaults, name);
  if (settings === undefined && ownSettings === undefined) throw missingStage(name, defaults, own);
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined && value !== "");
  const overridden = Object.fromEntries(given);
  const result = checkedStage.safeParse({ ...settings, ...ownSettings, ...overridden });
  if (!result.success) {
    const sentences = result.error.issues.map(({ path, message, ...issue }) => {
      const [setting = "keys" in issue ? issue.keys[0] : undefined] = path;
      const isIn = (some: object | undefined) => setting !== undefined && Object.hasOwn(some ?? {}, setting);
      const file = isIn(ownSettings) ? own?.file : defaultsFile;
      const what = path.length === 0 ? "" : `${path.join(".")} of `;
      return `${what}stage ${name} ${isIn(overridden) ? "as given" : `in ${file}`}: ${message}.`;
    });
    throw new Error(sentences.join(" "));
  }
  return { ...result.data, name, secretName: result.data.secretName ?? `parley/${name}` };
}
