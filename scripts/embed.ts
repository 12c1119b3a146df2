import { embedderOf } from "@parley/composition/embedder";
import { openDatabase } from "@parley/data/database";
import { type EmbeddableItem, listMissingEmbeddings } from "@parley/data/embeddings";
import { readCommandLine } from "@parley/deployment/command-line";
import { runCommand } from "@parley/deployment/terminal";
import { StartupError } from "@parley/embedded-postgres/startup-error";
import { applyMigrations } from "@parley/local/migrations";
import { loadVariables, readSettings } from "@parley/local/settings";
import { embedTexts } from "../functions/embedder/embed-texts.ts";

const itemsAtOnce = 100;

/** Embeds every message and note that still lacks it, and indexes vectors of the configured length. */
async function embedAll(): Promise<void> {
  const settings = readSettings(await loadVariables(new URL("../.env", import.meta.url)));
  const { DATABASE_URL, EMBEDDING_API_KEY: embeddingApiKey, OPENAI_API_KEY: openaiApiKey } = settings;
  if (DATABASE_URL === undefined) throw new StartupError("DATABASE_URL is not set: it says which database.");
  const embedder = embedderOf(settings, { embeddingApiKey, openaiApiKey });
  if (embedder === undefined) {
    throw new StartupError("No embedding provider: set OPENAI_API_KEY or EMBEDDING_BASE_URL.");
  }
  const { model, dimensions } = embedder;
  await applyMigrations(DATABASE_URL, { ...settings, EMBEDDING_DIMENSIONS: dimensions });
  const database = openDatabase(DATABASE_URL);
  for (const kind of ["message", "note"] as const) {
    let total = 0;
    let after: EmbeddableItem | undefined;
    do {
      const page = { limit: itemsAtOnce, after };
      const items = await listMissingEmbeddings(database, { kind, model, dimensions }, page);
      total += (await embedTexts({ database, embedder }, kind, items)) ?? 0;
      after = items.at(-1);
      if (total > 0) console.log(`${kind}s embedded: ${total}`);
    } while (after !== undefined);
    if (total === 0) console.log(`${kind}s: nothing to embed, or the server has no pgvector.`);
  }
  await database.close();
}

const usage = `
pnpm embed

Embeds the messages and notes of DATABASE_URL that have no vector yet, with the provider of EMBEDDING_BASE_URL or
OPENAI_API_KEY.`;

await runCommand(async () => {
  readCommandLine({ usage, options: {} });
  await embedAll();
});
