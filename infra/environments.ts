import type { FunctionName } from "@parley/contract/route";
import type { settings as account } from "../functions/account/config.ts";
import type { settings as admin } from "../functions/admin/config.ts";
import type { settings as apiKeys } from "../functions/api-keys/config.ts";
import type { settings as auth } from "../functions/auth/config.ts";
import type { settings as authorizer } from "../functions/authorizer/config.ts";
import type { settings as console } from "../functions/console/config.ts";
import type { settings as conversations } from "../functions/conversations/config.ts";
import type { settings as deadLetter } from "../functions/dead-letter/config.ts";
import type { settings as docs } from "../functions/docs/config.ts";
import type { settings as embedder } from "../functions/embedder/config.ts";
import type { settings as messages } from "../functions/messages/config.ts";
import type { settings as migrate } from "../functions/migrate/config.ts";
import type { settings as notes } from "../functions/notes/config.ts";
import type { settings as ops } from "../functions/ops/config.ts";
import type { settings as postConfirmation } from "../functions/post-confirmation/config.ts";
import type { settings as preSignUp } from "../functions/pre-sign-up/config.ts";
import type { settings as replies } from "../functions/replies/config.ts";
import type { settings as replySweeper } from "../functions/reply-sweeper/config.ts";
import type { settings as replyWorker } from "../functions/reply-worker/config.ts";
import type { settings as systemPrompts } from "../functions/system-prompts/config.ts";
import type { settings as websocket } from "../functions/websocket/config.ts";

interface Settings {
  account: typeof account;
  admin: typeof admin;
  "api-keys": typeof apiKeys;
  auth: typeof auth;
  authorizer: typeof authorizer;
  console: typeof console;
  conversations: typeof conversations;
  "dead-letter": typeof deadLetter;
  docs: typeof docs;
  embedder: typeof embedder;
  messages: typeof messages;
  migrate: typeof migrate;
  notes: typeof notes;
  ops: typeof ops;
  "post-confirmation": typeof postConfirmation;
  "pre-sign-up": typeof preSignUp;
  replies: typeof replies;
  "reply-sweeper": typeof replySweeper;
  "reply-worker": typeof replyWorker;
  "system-prompts": typeof systemPrompts;
  websocket: typeof websocket;
}

/** Every function, by its folder. */
export type AnyFunction = keyof Settings;

type Required<S> = { [K in keyof S]: S[K] extends { isRequired: true } ? K : never }[keyof S];

/** The variables that a function's `config.ts` reads; those without which it does not start must be given. */
export type EnvironmentOf<N extends AnyFunction> = {
  [K in Required<Settings[N]>]: string | undefined;
} & { [K in keyof Settings[N]]?: string | undefined };

type Unknown<Given, Known> = { [K in Exclude<keyof Given, keyof Known>]: never };

/**
 * The environment of a function. A variable that its `config.ts` does not know is a compile error even when it comes
 * from a spread; one that is undefined is left to its default.
 */
export function environmentOf<N extends AnyFunction, E extends EnvironmentOf<N>>(
  _name: N,
  variables: E & Unknown<E, EnvironmentOf<N>>,
): Record<string, string> {
  const entries = Object.entries<string | undefined>(variables);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Each function behind the API has an environment here; a function that the contract gains is an error until it has. */
export type ApiEnvironments = { readonly [N in FunctionName]: Record<string, string> };
