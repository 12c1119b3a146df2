import { renderApiKey } from "@parley/contract/render/api-key";
import type { apiKeyRoutes } from "@parley/contract/routes/api-keys";
import type { NewApiKey } from "@parley/contract/schemas/api-key";
import { createApiKey as storeApiKey } from "@parley/data/api-keys";
import type { Database } from "@parley/data/database";
import { newId } from "@parley/data/ids";
import { createApiKey as makeApiKey } from "@parley/http/api-key";
import type { Operation } from "@parley/http/api-types";
import { replayHeader } from "@parley/http/idempotency";
import { invalid, problem } from "@parley/http/problem";

function readExpiry(expiresAt: string | null): string | null {
  if (expiresAt === null) return null;
  const instant = new Date(expiresAt);
  if (!(instant.getTime() > Date.now())) throw invalid("body.expiresAt", "must be in the future");
  return instant.toISOString();
}

/** Makes an API key. Only its hash is stored, so that this answer is the only one that has the key. */
export function createApiKey(database: Database): Operation<(typeof apiKeyRoutes)["createApiKey"]> {
  return async ({ body: { name, scopes, expiresAt }, caller: { userId }, idempotency }) => {
    const { key, hash, hint } = makeApiKey();
    const created = await storeApiKey(database, {
      ownerId: userId,
      apiKeyId: newId(),
      name,
      hash,
      hint,
      scopes,
      expiresAt: readExpiry(expiresAt),
      idempotencyKey: idempotency?.key,
      idempotencyFingerprint: idempotency?.fingerprint,
    });
    if (!("apiKey" in created)) throw problem("idempotency-mismatch");
    const { outcome, apiKey } = created;
    // As it was when it was made, whatever has become of it since.
    const asMade = renderApiKey({ ...apiKey, lastUsedAt: null, updatedAt: apiKey.createdAt });
    const body: NewApiKey = { ...asMade, key: outcome === "created" ? key : null };
    return { status: 201, headers: replayHeader(outcome), body };
  };
}
