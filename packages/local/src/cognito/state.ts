import { mkdir, open, readFile, rename } from "node:fs/promises";
import { dirname } from "node:path";
import { exportJWK, generateKeyPair, type JWK } from "jose";
import { isObject } from "./input.ts";

export type CodePurpose = "sign-up" | "reset-password" | "change-email";

/** All times in the file are milliseconds since the epoch. */
export interface StoredUser {
  sub: string;
  email: string;
  emailVerified: boolean;
  /** Waits for its code. */
  newEmail?: string;
  /** Every further attribute, by Cognito's name. */
  attributes: Record<string, string>;
  passwordHash: string;
  status: "UNCONFIRMED" | "FORCE_CHANGE_PASSWORD" | "CONFIRMED";
  enabled: boolean;
  groups: string[];
  codes: Partial<Record<CodePurpose, { code: string; expiresAt: number }>>;
  createdAt: number;
  updatedAt: number;
}

/** One sign-in: the refresh token, kept as a hash, and what its tokens have in common. */
export interface StoredSession {
  refreshTokenHash: string;
  sub: string;
  originJti: string;
  eventId: string;
  authenticatedAt: number;
  expiresAt: number;
  isRevoked: boolean;
}

export interface SentCode {
  email: string;
  code: string;
  purpose: CodePurpose;
  /** RFC 3339, UTC. */
  sentAt: string;
}

export interface StoredGroup {
  name: string;
  description: string | undefined;
  createdAt: number;
}

/** Everything the user pool keeps over a restart. */
export interface State {
  version: 1;
  keys: { kid: string; privateKey: JWK; publicKey: JWK };
  users: StoredUser[];
  groups: StoredGroup[];
  sessions: StoredSession[];
  mailbox: SentCode[];
}

/** Reads the pool's file, or makes a new pool with a key pair of its own when there is none. */
export async function loadState(dataFile: string): Promise<State> {
  let text: string;
  try {
    text = await readFile(dataFile, "utf8");
  } catch (error) {
    if (isObject(error) && error.code === "ENOENT") return newState();
    throw error;
  }
  try {
    const state: unknown = JSON.parse(text);
    if (isObject(state) && state.version === 1) return state as unknown as State;
  } catch {
    // Falls through: half a file and a foreign file are one and the same to the reader.
  }
  throw new Error(`The user pool file ${dataFile} is damaged; start with --reset to forget all local data.`);
}

async function newState(): Promise<State> {
  const pair = await generateKeyPair("RS256", { extractable: true });
  const kid = Buffer.from(crypto.getRandomValues(new Uint8Array(32))).toString("base64");
  const header = { kid, alg: "RS256", use: "sig" };
  const publicKey = { ...(await exportJWK(pair.publicKey)), ...header };
  const privateKey = { ...(await exportJWK(pair.privateKey)), ...header };
  return {
    version: 1,
    keys: { kid, privateKey, publicKey },
    users: [],
    groups: [],
    sessions: [],
    mailbox: [],
  };
}

/**
 * Returns a function that resolves once everything changed so far is on disk. Callers that arrive during a
 * write share the next one. A write goes to a second file that is renamed, so a kill leaves old or new, never half.
 */
export function createSave(dataFile: string, state: State): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const write = async () => {
    const temporary = `${dataFile}.tmp`;
    await mkdir(dirname(dataFile), { recursive: true });
    // The file holds the signing key and password hashes: for its owner's eyes only.
    const file = await open(temporary, "w", 0o600);
    try {
      await file.writeFile(JSON.stringify(state));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, dataFile);
  };
  return () => {
    next ??= running
      .catch(() => {})
      .then(() => {
        next = undefined;
        running = write();
        return running;
      });
    return next;
  };
}
