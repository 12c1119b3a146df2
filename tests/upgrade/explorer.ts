import { setTimeout as sleep } from "node:timers/promises";
import type { Stack } from "@parley/local/stack";
import fc from "fast-check";
import { count } from "../chaos/stack/chaos-client.ts";
import type { ChaosUser } from "../chaos/stack/chaos-user.ts";
import { type FuzzedOperation, operations } from "../fuzz/operations.ts";
import { type FuzzedRequest, requestsTo } from "../fuzz/requests.ts";

/** What chaos users do and remember, what ends an account or a session, and what asks no function of ours. */
const leftOut =
  /^(?:createConversation|deleteConversation|restoreConversation|sendMessage|askAgain|editMessage|deleteMessage|cancelReply|retryReply|deleteMe|updateUser|deleteUser|signOutEverywhere)$/;
const pauseMillis = 20;

const explored = operations.filter(
  ({ name, route }) => route.auth === "user" && !leftOut.test(name) && !route.path.startsWith("/v1/auth/"),
);

function pathOf({ route }: FuzzedOperation, { params, query }: FuzzedRequest): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent((params[name] ?? "").toWellFormed()),
  );
  return query.length === 0
    ? path
    : `${path}?${new URLSearchParams(query.map(([name, value]): [string, string] => [name, value]))}`;
}

export interface ExplorerOptions {
  readonly stack: Stack;
  /** An admin, whose deeds are remembered. */
  readonly user: ChaosUser;
  readonly token: string;
  readonly statuses: Map<string, number>;
  readonly seed: number;
}

/** Calls every operation that changes no conversation, with requests of all kinds, one after another. */
export async function explore(options: ExplorerOptions, until: () => boolean): Promise<ReadonlySet<string>> {
  const { stack, user, token, statuses, seed } = options;
  const things: Record<string, string> = {};
  const wellAnswered = new Set<string>();

  async function call(operation: FuzzedOperation, request: FuzzedRequest): Promise<void> {
    const { route, name } = operation;
    const response = await fetch(stack.url + pathOf(operation, request), {
      method: route.method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(request.body !== undefined && { "content-type": "application/json" }),
        ...request.headers,
      },
      ...(request.body !== undefined && route.method !== "GET" && { body: request.body }),
    }).catch(() => undefined);
    const text = (await response?.text().catch(() => undefined)) ?? "";
    count(statuses, response, name);
    if (response === undefined || !response.ok) return;
    wellAnswered.add(name);
    const kind = name.match(/^create(Note|ApiKey|SystemPrompt)$/)?.[1];
    if (kind !== undefined)
      things[`${kind[0]?.toLowerCase()}${kind.slice(1)}Id`] = (JSON.parse(text) as { id: string }).id;
    if (name === "getMe") things.userId = (JSON.parse(text) as { id: string }).id;
  }

  for (let round = 0; !until(); round++) {
    await user.act();
    const conversation = user.conversations.find(({ isDeleted }) => !isDeleted);
    const [replyId = things.replyId] = user.open;
    Object.assign(things, {
      conversationId: conversation?.id,
      messageId: conversation?.messages.at(-1)?.id,
      replyId,
    });
    for (const operation of explored) {
      if (until()) break;
      const [request] = fc.sample(requestsTo(operation, things), { numRuns: 1, seed: seed + round });
      if (request !== undefined) await call(operation, request);
      await sleep(pauseMillis);
    }
  }
  return wellAnswered;
}
