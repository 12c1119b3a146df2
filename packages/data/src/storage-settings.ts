import {
  STORAGE_API_KEYS,
  STORAGE_CONVERSATIONS,
  STORAGE_MEGABYTES,
  STORAGE_MESSAGES,
  STORAGE_NOTES,
  STORAGE_SYSTEM_PROMPTS,
  STORAGE_TOTAL_MEGABYTES,
} from "@parley/settings/definitions";
import type { Values } from "@parley/settings/read-settings";

/** What may be stored of each user, and of all together; 0 is no limit. */
export const storageSettings = {
  STORAGE_CONVERSATIONS,
  STORAGE_MESSAGES,
  STORAGE_NOTES,
  STORAGE_SYSTEM_PROMPTS,
  STORAGE_API_KEYS,
  STORAGE_MEGABYTES,
  STORAGE_TOTAL_MEGABYTES,
};

export type StorageSettings = Values<typeof storageSettings>;

/** The settings as the database keeps them. */
export function limitsOf(settings: StorageSettings) {
  return {
    conversations: settings.STORAGE_CONVERSATIONS,
    messages: settings.STORAGE_MESSAGES,
    notes: settings.STORAGE_NOTES,
    systemPrompts: settings.STORAGE_SYSTEM_PROMPTS,
    apiKeys: settings.STORAGE_API_KEYS,
    bytes: settings.STORAGE_MEGABYTES * 1_000_000,
    totalBytes: settings.STORAGE_TOTAL_MEGABYTES * 1_000_000,
  };
}

/** Those of one user. */
export type StorageLimits = Omit<ReturnType<typeof limitsOf>, "totalBytes">;

export const defaultStorage: StorageSettings = {
  STORAGE_CONVERSATIONS: storageSettings.STORAGE_CONVERSATIONS.default,
  STORAGE_MESSAGES: storageSettings.STORAGE_MESSAGES.default,
  STORAGE_NOTES: storageSettings.STORAGE_NOTES.default,
  STORAGE_SYSTEM_PROMPTS: storageSettings.STORAGE_SYSTEM_PROMPTS.default,
  STORAGE_API_KEYS: storageSettings.STORAGE_API_KEYS.default,
  STORAGE_MEGABYTES: storageSettings.STORAGE_MEGABYTES.default,
  STORAGE_TOTAL_MEGABYTES: storageSettings.STORAGE_TOTAL_MEGABYTES.default,
};
