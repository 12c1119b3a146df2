import type { Route, RouteInput } from "@parley/contract/route";

/** Who signed in, as a verified token says. */
export interface TokenIdentity {
  /** Cognito's `sub`. */
  sub: string;
  username: string;
  groups: readonly string[];
  /** Of the token, in seconds since the epoch; undefined where the authorizer does not say. */
  expiresAt?: number;
}

/** Who holds a key that is well-formed; there may be no such key. */
export interface KeyIdentity {
  /** SHA-256, hex. */
  apiKeyHash: string;
  /** None: a key acts with its owner's rights as a user, never as an admin. */
  groups: readonly string[];
}

/** Who the authorizer says is calling; nothing of it has been looked up yet. */
export type Identity = TokenIdentity | KeyIdentity;

export type KeyScope = "read" | "write";

/** What an API key may do. */
export interface KeyRights {
  scopes: readonly KeyScope[];
  expiresAt: Date | null;
}

/** What the database says about an identity; `refused` of a key that is unknown, revoked or expired. */
export type CallerResolution =
  | { outcome: "active" | "disabled"; user: { id: string }; key?: KeyRights | undefined }
  | { outcome: "deleted" | "refused" };

/** The user a request acts for. */
export interface Caller {
  userId: string;
  identity: Identity;
  /** Of the API key; undefined with a token, which may do everything. */
  scopes?: readonly KeyScope[] | undefined;
}

export interface Idempotency {
  /** Undefined where the body names its own id, which stands for a key. */
  key: string | undefined;
  /** SHA-256 (hex) over route, path parameters and body: the same key with another one is a 422, the same id a 409. */
  fingerprint: string;
}

/** Distributes, so that a route of unknown kind has a caller or none. */
type CallerOf<Auth> = Auth extends "user" ? Caller : undefined;

export type ApiRequest<R extends Route> = RouteInput<R> & {
  caller: CallerOf<R["auth"]>;
  requestId: string;
  /** The IP address that the gateway was called from. */
  source: string;
  /** Set when the route is idempotent and the client sent a key or an id of its own. */
  idempotency: Idempotency | undefined;
  /** `authorization` is for an operation that acts at the identity provider on the caller's behalf; never log it. */
  headers: {
    ifMatch?: string;
    ifNoneMatch?: string;
    authorization?: string;
    acceptEncoding?: string;
    origin?: string;
  };
  /** Milliseconds until Lambda ends the invocation: what waits must answer well before. */
  remainingMillis: () => number;
  /** As requested, without the query: `/v1/replies/tz4a98xxat96iws9zmbrgj3a`. */
  path: string;
};

/** A request that no route has. */
export interface UnmatchedRequest {
  method: string;
  path: string;
  /** As it came, without the question mark. */
  query: string;
}

export interface ApiResponse {
  status: number;
  /** Answered as JSON; without it the answer has no body, or the content below. */
  body?: unknown;
  /** Answered as it is, with a `Content-Type` among the headers. */
  content?: string | Uint8Array;
  headers?: Readonly<Record<string, string>>;
  /** Opaque version, without quotes. Makes the answer conditional (304). */
  etag?: string;
}

/** One operation: takes a valid request, gives the answer or throws a `Problem`. */
export type Operation<R extends Route> = (request: ApiRequest<R>) => Promise<ApiResponse>;
