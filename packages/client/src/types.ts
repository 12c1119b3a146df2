import type { ProblemDocument } from "@parley/contract/problem";
import type { PushEvent } from "@parley/contract/schemas/push";
import type { CallOptions, Pages } from "./call.ts";
import type { AnswersByKey, OfferedKey, operations, RouteKey, RoutesByKey } from "./operations.ts";

// All that other files know of the contract. The package that `pnpm build` makes has it written out, without zod.
export type { ProblemDocument, PushEvent };

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
