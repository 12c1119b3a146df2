import type { ApiKey } from "../schemas/api-key.ts";

/** A stored key, without what it is recognised by. */
export interface ApiKeySource extends Omit<ApiKey, "lastUsedAt" | "expiresAt" | "createdAt" | "updatedAt"> {
  lastUsedAt: Date | null;
  expiresAt: Date | null;
  createdAt: Date;
  updatedAt: Date;
}

export function renderApiKey(row: ApiKeySource): ApiKey {
  return {
    id: row.id,
    name: row.name,
    hint: row.hint,
    scopes: row.scopes,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    expiresAt: row.expiresAt?.toISOString() ?? null,
    createdAt: row.createdAt.toISOString(),
    updatedAt: row.updatedAt.toISOString(),
  };
}
