import { expect, test } from "vitest";
import { maximumWorkers } from "./concurrency.ts";
import { resolveStage, type Stages } from "./stages.ts";
import { functionNames, synthesise } from "./testing/synthesise.ts";

const broken = {
  google: { identityProviders: [{ kind: "google", clientId: "c", clientSecretName: "s" }] },
} as const;

test.each([
  ["nowhere", {}, undefined, "There is no stage nowhere in infra/stages.ts; it has dev, prod."],
  ["toString", {}, undefined, "There is no stage toString in infra/stages.ts; it has dev, prod."],
  ["dev", { database: "mysql" }, undefined, /^database of stage dev as given: .*"url".*"aurora".*\.$/],
  [
    "dev",
    { region: "Frankfurt" },
    undefined,
    "region of stage dev as given: must be a region such as us-east-1.",
  ],
  ["dev", {}, { dev: { databaseConnections: 1 } }, /^databaseConnections of stage dev/],
  [
    "dev",
    {},
    { dev: { corsOrigins: ["https://a.example/path"] } },
    "corsOrigins.0 of stage dev in infra/stages.ts: must be an origin.",
  ],
  [
    "dev",
    {},
    { dev: { signUp: "domains" } } as const,
    "signUpDomains of stage dev in infra/stages.ts: must name a domain when signUp is domains.",
  ],
  [
    "dev",
    {},
    { dev: { limits: { maximumWaitSeconds: 21 } } },
    "limits.maximumWaitSeconds of stage dev in infra/stages.ts: must be at most 20.",
  ],
  [
    "dev",
    {},
    { dev: { limits: { sendBurst: 1.5 } } },
    "limits.sendBurst of stage dev in infra/stages.ts: must be a whole number.",
  ],
  [
    "dev",
    {},
    { dev: { models: { default: "gpt" } } },
    "models.default of stage dev in infra/stages.ts: must be a provider and a model, such as scripted/demo.",
  ],
  ["google", {}, broken, /^callbackUrls of stage google .* must name where sign-in returns to/],
])("stage %s with %o is refused in one sentence", (name, overrides, stages, message) => {
  const resolve = () => resolveStage(name, overrides, { ...(stages && { defaults: stages as Stages }) });
  expect(resolve).toThrow(message);
  expect(resolve).not.toThrow(/\n|undefined/);
});

test("an empty override is none", () => {
  expect(resolveStage("dev", { database: "", region: undefined }).database).toBe("url");
  expect(resolveStage("dev").secretName).toBe("parley/dev");
});

test.each([
  [{ databaseConnections: 60, accountConcurrency: 10 }, 4],
  [{ databaseConnections: 60, accountConcurrency: 1_000 }, 30],
  [{ databaseConnections: 4, accountConcurrency: 1_000 }, 2],
  [{ databaseConnections: 5_000, accountConcurrency: 10_000 }, 1_000],
])("%o gives %i workers", (limits, workers) => {
  expect(maximumWorkers(limits)).toBe(workers);
});

test("another version of the secret replaces every environment that has read it, and no other", async () => {
  const functionsWith = async (secretVersion: string) => {
    const made = await synthesise("dev", { secretVersion });
    return made.ofType("AWS::Lambda::Function").map(({ Properties }) => JSON.stringify(Properties));
  };
  const [before, after] = [await functionsWith("v1"), await functionsWith("v2")];
  const changed = before.filter((text) => !after.includes(text));
  expect(changed.length).toBeGreaterThan(10);
  for (const text of before) expect(changed.includes(text)).toBe(text.includes("SECRET_ID"));
});

test("a stage with everything synthesises clean", async () => {
  const made = await synthesise("full", {
    stages: {
      full: {
        region: "eu-central-1",
        tracing: true,
        signUp: "domains",
        signUpDomains: ["example.com"],
        captcha: { provider: "turnstile", siteKey: "0x4AAA" },
        emailSender: "parley@example.com",
        alarmEmail: "ops@example.com",
        corsOrigins: ["https://chat.example.com"],
        callbackUrls: ["https://chat.example.com/"],
        domain: {
          name: "api.example.com",
          certificateArn: "arn:aws:acm:eu-central-1:123456789012:certificate/a",
        },
        identityProviders: [
          { kind: "google", clientId: "c", clientSecretName: "parley/google" },
          {
            kind: "oidc",
            name: "GitHub",
            issuerUrl: "https://bridge.example.com",
            clientId: "c",
            clientSecretName: "parley/github",
          },
        ],
        embeddings: { model: "text-embedding-3-large", dimensions: 1_024 },
        telemetry: { endpoint: "https://otlp.example.com", sampler: "traceidratio", samplerArgument: 0.1 },
        models: { default: "openai/gpt-x", fallback: "anthropic/claude-x" },
        limits: { newUserTokens: 10, sendsPerSecond: 0.5, maximumWaitSeconds: 5, totalStoredMegabytes: 400 },
      },
    },
  });
  expect(made.ofType("AWS::ApiGatewayV2::ApiMapping")).toHaveLength(1);
  expect(made.ofType("AWS::SNS::Subscription")).toHaveLength(1);
  const [client] = made.ofType("AWS::Cognito::UserPoolClient");
  expect(client?.Properties.SupportedIdentityProviders).toEqual(["COGNITO", "Google", "GitHub"]);
  // The second is the console's own.
  expect(client?.Properties.CallbackURLs).toEqual(["https://chat.example.com/", "https://api.example.com/"]);
  const [api] = made.ofType("AWS::ApiGatewayV2::Api").filter(({ stack }) => stack === "Api");
  expect(api?.Properties.CorsConfiguration).toMatchObject({ AllowOrigins: ["https://chat.example.com"] });
  const functions = JSON.stringify(made.ofType("AWS::Lambda::Function"));
  for (const name of functionNames) expect(functions).toContain(`"Parley full: ${name}"`);
  expect(functions).toContain('"TracingConfig":{"Mode":"Active"}');
  expect(functions).not.toContain("POWERTOOLS_TRACE_ENABLED");
  expect(functions.match(/"EMBEDDING_DIMENSIONS":"1024"/g)).toHaveLength(5);
  expect(functions.match(/"EMBEDDING_QUEUE_URL"/g)).toHaveLength(5);
  expect(functions).toContain('"ALLOWED_DOMAINS":"example.com"');
  // Of the routes that mail codes, of the page, which loads it, and of the trigger, which asks for a pass.
  expect(functions.match(/"CAPTCHA":"turnstile"/g)).toHaveLength(3);
  expect(functions.match(/"CAPTCHA_SITE_KEY":"0x4AAA"/g)).toHaveLength(1);
  expect(functions).toContain('"SIGN_IN_PROVIDERS":"google:Google,oidc:GitHub"');
  expect(functions).toContain('"SIGN_IN_CALLBACK_URLS":"https://chat.example.com/,https://api.example.com/"');
  expect(functions).toContain('"SIGN_IN_URL":{"Fn::Join"');
  expect(functions).toContain('"SEND_RATE_PER_SECOND":"0.5"');
  const collector = '"OTEL_EXPORTER_OTLP_ENDPOINT":"https://otlp.example.com"';
  expect(functions.split(collector)).toHaveLength(1 + 15);
  expect(functions).toContain('"OTEL_RESOURCE_ATTRIBUTES":"deployment.environment.name=full"');
  expect(functions).toContain('"OTEL_TRACES_SAMPLER_ARG":"0.1"');
  // They are the secret's.
  expect(functions).not.toContain("OTEL_EXPORTER_OTLP_HEADERS");
});
