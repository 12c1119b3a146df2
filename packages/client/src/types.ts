import type { AnswersByKey, OfferedKey, operations, RouteKey, RoutesByKey } from "./operations.ts";

type In<S> = S extends { _zod: { input: infer T } } ? T : unknown;
type Out<S> = S extends { _zod: { output: infer T } } ? T : unknown;
/** A parameter may be given as the text of the URL or as what the API reads it to be. */
type QueryOf<S> = { [K in keyof In<S>]: In<S>[K] | (K extends keyof Out<S> ? Out<S>[K] : never) };
type PartOf<R, Name extends string> = R extends { readonly [K in Name]: infer S } ? S : undefined;
type Flat<T> = { [K in keyof T]: T[K] };

/** What an operation takes: the parameters of its path, its query and the fields of its body, in one object. */
export type Input<K extends RouteKey> = Flat<
  (PartOf<RoutesByKey[K], "params"> extends undefined ? unknown : In<PartOf<RoutesByKey[K], "params">>) &
    (PartOf<RoutesByKey[K], "query"> extends undefined ? unknown : QueryOf<PartOf<RoutesByKey[K], "query">>) &
    (PartOf<RoutesByKey[K], "body"> extends undefined ? unknown : In<PartOf<RoutesByKey[K], "body">>)
>;

type Responses<K extends RouteKey> = AnswersByKey[K];

/** What an operation answers, whatever its status; undefined where there is nothing to say. */
export type Answer<K extends RouteKey> = {
  [S in keyof Responses<K>]: Responses<K>[S] extends undefined ? undefined : Out<Responses<K>[S]>;
}[keyof Responses<K>];

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** An ETag: the change is made only if the resource is still that version, else it is a 412. */
  ifMatch?: string;
  /** Of a POST that creates; made by the client if left out, and kept over its retries. */
  idempotencyKey?: string;
}

/** The answer of a list, and by `for await` every item of it and of the pages after it. */
export interface Pages<T>
  extends Promise<T>,
    AsyncIterable<T extends { data: (infer Item)[] } ? Item : never> {}

type Called<K extends RouteKey> =
  Answer<K> extends { data: unknown[]; nextCursor: string | null } ? Pages<Answer<K>> : Promise<Answer<K>>;

export type Operation<K extends RouteKey> =
  Record<string, never> extends Input<K>
    ? (input?: Input<K>, options?: CallOptions) => Called<K>
    : (input: Input<K>, options?: CallOptions) => Called<K>;

export type Operations = {
  readonly [R in keyof typeof operations]: {
    readonly [O in keyof (typeof operations)[R]]: (typeof operations)[R][O] extends OfferedKey
      ? Operation<(typeof operations)[R][O]>
      : never;
  };
};

export type Conversation = Answer<"GET /v1/conversations/{conversationId}">;
export type Message = Answer<"GET /v1/conversations/{conversationId}/messages/{messageId}">;
export type Reply = Answer<"GET /v1/replies/{replyId}">;
