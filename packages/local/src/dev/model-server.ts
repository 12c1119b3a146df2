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
