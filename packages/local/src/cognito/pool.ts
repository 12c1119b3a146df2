import type { PostConfirmationTriggerEvent, PreSignUpTriggerEvent } from "aws-lambda";
import { type CryptoKey, importJWK } from "jose";
import { type Attempts, createAttempts } from "./attempts.ts";
import { notFound } from "./errors.ts";
import { type Input, readText } from "./input.ts";
import { type CodePurpose, createSave, loadState, type State } from "./state.ts";

/** The pool's triggers; a rejection reaches the client as UserLambdaValidationException. */
export interface Triggers {
  readonly preSignUp?: (event: PreSignUpTriggerEvent) => Promise<unknown>;
  readonly postConfirmation?: (event: PostConfirmationTriggerEvent) => Promise<unknown>;
}

export interface PoolOptions extends Triggers {
  /** Where users, keys and refresh tokens are kept; made when it is missing. */
  readonly dataFile: string;
  /** Must look like `<region>_<letters and digits>`: the verifier checks it. */
  readonly userPoolId: string;
  readonly clientId: string;
  readonly region: string;
  /** Groups that the pool has from the start, as the CDK stack makes them. */
  readonly groups?: readonly string[];
  /** Stands for the e-mail that Cognito would send. */
  readonly onCode: (email: string, code: string, purpose: CodePurpose) => void;
  /** Milliseconds since the epoch; the system's clock when absent. */
  readonly clock?: () => number;
}

/** What every operation works on. */
export interface Pool {
  readonly options: PoolOptions;
  readonly issuer: string;
  readonly state: State;
  readonly signingKey: CryptoKey | Uint8Array;
  readonly verificationKey: CryptoKey | Uint8Array;
  readonly attempts: Attempts;
  now(): number;
  /** Resolves when all changes made so far would survive a kill. */
  save(): Promise<void>;
}

/** Opens the pool's file and its keys. */
export async function openPool(options: PoolOptions): Promise<Pool> {
  const state = await loadState(options.dataFile);
  const now = options.clock ?? Date.now;
  for (const name of options.groups ?? []) {
    if (state.groups.some((group) => group.name === name)) continue;
    state.groups.push({ name, description: undefined, createdAt: now() });
  }
  const save = createSave(options.dataFile, state);
  // A new pool's key must be on disk before a token signed with it is out.
  await save();
  return {
    options,
    issuer: `https://cognito-idp.${options.region}.amazonaws.com/${options.userPoolId}`,
    state,
    signingKey: await importJWK(state.keys.privateKey, "RS256"),
    verificationKey: await importJWK(state.keys.publicKey, "RS256"),
    attempts: createAttempts(now),
    now,
    save,
  };
}

/** ResourceNotFoundException unless the call names this pool's client. */
export function requireClient(pool: Pool, input: Input): void {
  const clientId = readText(input, "ClientId");
  if (clientId !== pool.options.clientId) throw notFound(`User pool client ${clientId} does not exist.`);
}

/** ResourceNotFoundException unless the call names this pool. */
export function requirePool(pool: Pool, input: Input): void {
  const userPoolId = readText(input, "UserPoolId");
  if (userPoolId !== pool.options.userPoolId) throw notFound(`User pool ${userPoolId} does not exist.`);
}
