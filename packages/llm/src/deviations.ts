import type { Adjustments } from "./adjustments.ts";

/** What servers of OpenAI's protocol do each in their own way. */
export interface Deviations {
  /** What the limit of an answer is called. */
  readonly maxTokensName: "max_tokens" | "max_completion_tokens";
  /** Whether it may be asked, by `stream_options`, to count what it streams. */
  readonly sendsUsage: boolean;
  /** Whether a prompt may begin with a message of the role `system`. */
  readonly systemRole: boolean;
  readonly supportsTools: boolean;
  /** The header that its key stands in. */
  readonly keyHeader: "authorization" | "api-key";
  /** Whether the model is named in the path: `/deployments/<model>/…`. */
  readonly modelInPath: boolean;
  /** Whether it has responses that go on without a listener, and can be read again. */
  readonly runsInBackground: boolean;
}

/** A server, and what is said of it. */
export interface DeviatingServer
  extends Partial<{ readonly [Key in keyof Deviations]: Deviations[Key] | undefined }> {
  readonly baseUrl?: string | undefined;
}

/** What most servers want: Ollama, vLLM, LM Studio, llama.cpp, OpenRouter, DeepSeek and Gemini among them. */
const USUAL: Deviations = {
  maxTokensName: "max_tokens",
  sendsUsage: true,
  systemRole: true,
  supportsTools: true,
  keyHeader: "authorization",
  modelInPath: false,
  runsInBackground: false,
};

const OPENAI = /(^|\.)openai\.com$/;
const AZURE = /(^|\.)azure\.com$/;

/** By host: what it wants that is not usual. */
const HOSTS: readonly (readonly [RegExp, Partial<Deviations>])[] = [
  // It refuses `max_tokens` for current models.
  [OPENAI, { maxTokensName: "max_completion_tokens", runsInBackground: true }],
  [AZURE, { maxTokensName: "max_completion_tokens", keyHeader: "api-key" }],
  // `max_tokens` is deprecated there.
  [/(^|\.)groq\.com$/, { maxTokensName: "max_completion_tokens" }],
  // It refuses what it does not know, `stream_options` among it, and counts without being asked.
  [/(^|\.)mistral\.ai$/, { sendsUsage: false }],
];

/** How a server wants to be asked: as is said of it, else as its host is known for. */
export function deviationsOf(server: DeviatingServer): Deviations {
  const { hostname, pathname } = new URL(baseUrlOf(server));
  const [, known = {}] = HOSTS.find(([host]) => host.test(hostname)) ?? [];
  const usual = {
    ...USUAL,
    ...known,
    modelInPath: AZURE.test(hostname) && !/\/(v1|deployments)(\/|$)/.test(pathname),
  };
  return {
    maxTokensName: server.maxTokensName ?? usual.maxTokensName,
    sendsUsage: server.sendsUsage ?? usual.sendsUsage,
    systemRole: server.systemRole ?? usual.systemRole,
    supportsTools: server.supportsTools ?? usual.supportsTools,
    keyHeader: server.keyHeader ?? usual.keyHeader,
    modelInPath: server.modelInPath ?? usual.modelInPath,
    runsInBackground: server.runsInBackground ?? usual.runsInBackground,
  };
}

/** What of it is as if the server had refused the usual before. */
export function knownAdjustments({ sendsUsage, systemRole }: Deviations): Adjustments {
  return {
    ...(!sendsUsage && { withoutUsage: true }),
    ...(!systemRole && { withoutSystemRole: true }),
  };
}

/** The header with the key of a server, if it has one. */
export function keyHeaders({ keyHeader }: Deviations, apiKey: string | undefined): Record<string, string> {
  if (!apiKey) return {};
  return { [keyHeader]: keyHeader === "authorization" ? `Bearer ${apiKey}` : apiKey };
}

const OFFICIAL_BASE_URL = "https://api.openai.com/v1";

/** Where the paths of the protocol begin: without its last slash, and with what an address of Azure's portal lacks. */
export function baseUrlOf({ baseUrl }: Pick<DeviatingServer, "baseUrl">): string {
  const trimmed = (baseUrl || OFFICIAL_BASE_URL).replace(/\/$/, "");
  const { hostname, pathname } = new URL(trimmed);
  return AZURE.test(hostname) && pathname === "/" ? `${trimmed}/openai` : trimmed;
}

/** Whether the models of a server are OpenAI's own. */
export function isOpenAi(server: Pick<DeviatingServer, "baseUrl">): boolean {
  return OPENAI.test(new URL(baseUrlOf(server)).hostname);
}
