import type { CallOptions } from "./call.ts";
import { type Answered, jsonOf } from "./error.ts";
import { exportPages } from "./export-pages.ts";
import { operations } from "./operations.ts";
import type { Connect, Push } from "./push.ts";
import { type ReplyEvent, type StreamOptions, streamReply, waitForReply } from "./reply-stream.ts";
import { request, type Sender, type Token, tokenOf } from "./request.ts";
import type { Answer, Operations, Reply } from "./types.ts";

export type { CallOptions, Pages } from "./call.ts";
export { ParleyError } from "./error.ts";
export { newId } from "./new-id.ts";
export type { Push, PushEvent } from "./push.ts";
export type { ReplyEvent } from "./reply-stream.ts";
export type { Token } from "./request.ts";
export type { Conversation, Message, Operations, Reply } from "./types.ts";

export interface ParleyOptions {
  /** Such as `https://….execute-api.eu-central-1.amazonaws.com`, without `/v1`; "" for the page's own origin. */
  baseUrl: string;
  token?: Token;
  /** `createPush` of `@parley/client/push`. Without `url` it connects where `GET /v1/config` says. */
  push?: { create: (connect: Connect) => Push; url?: string };
  fetch?: typeof fetch;
}

type WithReplies = Operations & {
  readonly me: Operations["me"] & {
    /** All of the export, page by page. */
    exportPages(options?: { signal?: AbortSignal }): AsyncGenerator<string, void, undefined>;
  };
  readonly replies: Operations["replies"] & {
    /** The reply once it has ended, however long that takes. */
    waitFor(replyId: string, options?: StreamOptions): Promise<Reply>;
    /** Its text as it grows, and its end. Leaving the loop leaves the reply running. */
    stream(replyId: string, options?: StreamOptions): AsyncGenerator<ReplyEvent, void, undefined>;
  };
};

export type Parley = WithReplies & {
  /** Where it was given one. */
  readonly push: Push | undefined;
};

async function pushUrlOf(sender: Sender): Promise<string | undefined> {
  const answered = await request(sender, "GET /v1/config");
  const { pushUrl } = jsonOf<Answer<"GET /v1/config">>(answered);
  return pushUrl ?? undefined;
}

function bodyOf(answered: Answered): unknown {
  if (answered.status === 204) return undefined;
  const isLines = answered.headers.get("content-type")?.startsWith("application/x-ndjson");
  return isLines ? answered.text : jsonOf(answered);
}

/** Walks through all pages of a list. */
async function* itemsOf(
  page: (cursor?: string) => Promise<unknown>,
): AsyncGenerator<unknown, void, undefined> {
  let cursor: string | undefined;
  do {
    const { data, nextCursor } = (await page(cursor)) as { data: unknown[]; nextCursor: string | null };
    yield* data;
    cursor = nextCursor ?? undefined;
  } while (cursor);
}

function operationOf(sender: Sender, key: string) {
  return (input?: Record<string, unknown>, options?: CallOptions) => {
    const call = async (cursor?: string) =>
      bodyOf(await request(sender, key, cursor ? { ...input, cursor } : input, options));
    const first = call();
    return Object.assign(first, {
      [Symbol.asyncIterator]: () => itemsOf((cursor) => (cursor ? call(cursor) : first)),
    });
  };
}

/** A client of a deployment of Parley. */
export function createParley(options: ParleyOptions): Parley {
  const sender: Sender = {
    baseUrl: options.baseUrl.replace(/\/$/, ""),
    token: options.token,
    fetch: options.fetch ?? ((...args) => fetch(...args)),
  };
  const push = options.push && createPushOf(sender, options.push);
  const resources = Object.fromEntries(
    Object.entries(operations).map(([resource, keys]) => [
      resource,
      Object.fromEntries(Object.entries(keys).map(([name, key]) => [name, operationOf(sender, key)])),
    ]),
    // The table names each operation's route, from which `Operations` takes its types.
  ) as unknown as Operations;
  return {
    ...resources,
    push,
    me: { ...resources.me, exportPages: (about) => exportPages(sender, about) },
    replies: {
      ...resources.replies,
      waitFor: (replyId, about) => waitForReply(sender, replyId, about),
      stream: (replyId, about) => streamReply(sender, push, replyId, about),
    },
  };
}

/** What opens a connection: a ticket for who signed in, for a URL stays in logs; a key itself, which gets no tickets. */
async function credentialOf(sender: Sender, token: string): Promise<string> {
  if (token.startsWith("parley_")) return token;
  const answered = await request(sender, "POST /v1/push-tickets");
  const { ticket } = jsonOf<Answer<"POST /v1/push-tickets">>(answered);
  return ticket;
}

function createPushOf(sender: Sender, { create, url }: NonNullable<ParleyOptions["push"]>): Push {
  return create(async () => {
    const [address, token] = await Promise.all([url ?? pushUrlOf(sender), tokenOf(sender, false)]);
    if (address === undefined || token === undefined) return undefined;
    return { url: address, token: await credentialOf(sender, token) };
  });
}
