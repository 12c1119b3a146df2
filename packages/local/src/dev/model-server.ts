import { StartupError } from "@parley/embedded-postgres/startup-error";
import { discoverModels } from "@parley/llm/discover-models";
import type { Settings } from "../settings.ts";

// A server on this machine or in its network answers at once.
const patienceMillis = 3_000;

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "no answer";
  const { cause } = error;
  if (cause instanceof Error) return reasonOf(cause);
  return "code" in error && typeof error.code === "string" ? error.code : error.name;
}

/** Why a server of models does not answer; undefined when it does, whatever it says. */
async function silenceOf(url: string): Promise<string | undefined> {
  try {
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(patienceMillis) });
    await response.body?.cancel();
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** A line for each base URL of the settings at which nothing answers. */
export async function silentServers(settings: Settings): Promise<string[]> {
  const servers = Object.entries({
    OPENAI_BASE_URL: settings.OPENAI_BASE_URL,
    ANTHROPIC_BASE_URL: settings.ANTHROPIC_BASE_URL,
  });
  const lines = servers.map(async ([name, url]) => {
    const reason = url === undefined ? undefined : await silenceOf(url);
    if (url === undefined || reason === undefined) return [];
    return [
      `WARN Nothing answers at ${name}, ${new URL(url).host} (${reason}); replies will fail until it does.`,
    ];
  });
  return (await Promise.all(lines)).flat();
}

/** Servers list those that make vectors beside those that answer. */
const answers = (name: string) => !/embed/i.test(name);

async function listedBy(baseUrl: string, apiKey: string | undefined): Promise<string[]> {
  const listed = await discoverModels({ kind: "openai", baseUrl, apiKey }, { patienceMillis });
  return listed.map(({ name }) => name);
}

/**
 * The settings with the models that the server at OPENAI_BASE_URL says it has, unless they name some.
 * @throws StartupError when it names none, and DEFAULT_MODEL is not set either
 */
export async function withServerModels(settings: Settings): Promise<Settings> {
  const { OPENAI_BASE_URL: url, OPENAI_API_KEY, OPENAI_MODELS, DEFAULT_MODEL } = settings;
  if (url === undefined || OPENAI_MODELS.length > 0) return settings;
  try {
    const names = (await listedBy(url, OPENAI_API_KEY)).filter(answers);
    if (names.length > 0 || DEFAULT_MODEL !== undefined) return { ...settings, OPENAI_MODELS: names };
  } catch (cause) {
    if (DEFAULT_MODEL !== undefined) return settings;
    const reason = `The server at OPENAI_BASE_URL, ${new URL(url).host}, does not list its models (${reasonOf(cause)})`;
    throw new StartupError(`${reason}: start it, or set DEFAULT_MODEL.`, { cause });
  }
  throw new StartupError(
    `The server at OPENAI_BASE_URL, ${new URL(url).host}, has no models: set DEFAULT_MODEL.`,
  );
}
