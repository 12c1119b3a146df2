import { randomUUID } from "node:crypto";
import { allAnswers } from "@parley/contract/answers/all";
import { type ProblemDocument, problemSchema } from "@parley/contract/problem";
import type { Responses as Answered, Route } from "@parley/contract/route";
import { allRoutes } from "@parley/contract/routes/all";
import { isTerminal, type Reply } from "@parley/contract/schemas/reply";
import { dotted } from "@parley/http/read-query";
import { inject } from "vitest";

type AllAnswers = typeof allAnswers;
export type OperationName = keyof AllAnswers;
type Responses<K extends OperationName> = AllAnswers[K];
type Body<K extends OperationName, S extends keyof Responses<K>> = Responses<K>[S] extends {
  _zod: { output: infer Output };
}
  ? Output
  : undefined;

export interface Request {
  params?: Record<string, string>;
  query?: Record<string, string | number | boolean | Record<string, string>>;
  /** Sent as JSON; a string is sent as it is. */
  body?: unknown;
  headers?: Record<string, string>;
}

export interface Answer {
  status: number;
  headers: Headers;
  /** As the contract reads it; fields that it does not have are gone. */
  body: unknown;
  /** As it came. */
  text: string;
}

export interface Client {
  /** Calls an operation; whatever comes must be what the contract says of that status. */
  send(name: OperationName, request?: Request): Promise<Answer>;
  /** The body of an answer that must have this status. */
  expect<K extends OperationName, S extends keyof Responses<K> & number>(
    name: K,
    status: S,
    request?: Request,
  ): Promise<Body<K, S>>;
  /** The problem of an answer that must be one. */
  refused(name: OperationName, status: number, request?: Request): Promise<ProblemDocument>;
}

export interface User extends Client {
  email: string;
  token: string;
}

const password = "Correct-Horse-7";

export function pathOf(route: Route, { params = {}, query = {} }: Request): string {
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const parameters = new URLSearchParams(dotted(query));
  return parameters.size === 0 ? path : `${path}?${parameters}`;
}

function read(name: OperationName, response: Response, text: string): Answer {
  const { status, headers } = response;
  const type = headers.get("content-type");
  if (type === "application/problem+json") {
    return { status, headers, text, body: problemSchema.parse(JSON.parse(text)) };
  }
  const { mediaType }: Route = allRoutes[name];
  const responses: Answered = allAnswers[name];
  const schema = responses[status];
  if (status !== 304 && !(String(status) in responses)) {
    throw new Error(`${name} answered ${status}: ${text.slice(0, 300)}`);
  }
  if (schema === undefined || status === 304) return { status, headers, text, body: undefined };
  const body = schema.parse(status === 200 && mediaType !== undefined ? text : JSON.parse(text));
  return { status, headers, text, body };
}

/** A client of the API at `url`, signed in where there is a token. */
export function createClient(url: string, token?: string): Client {
  async function send(name: OperationName, request: Request = {}): Promise<Answer> {
    const route: Route = allRoutes[name];
    const { body, headers = {} } = request;
    const response = await fetch(url + pathOf(route, request), {
      method: route.method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    return read(name, response, await response.text());
  }

  async function sendFor(name: OperationName, status: number, request: Request = {}): Promise<Answer> {
    const answer = await send(name, request);
    if (answer.status !== status) {
      throw new Error(`${name} answered ${answer.status}, not ${status}: ${answer.text.slice(0, 500)}`);
    }
    return answer;
  }

  return {
    send,
    // `read` has parsed it with the schema that this type comes from.
    expect: async (name, status, request) => (await sendFor(name, status, request)).body as never,
    refused: async (name, status, request) =>
      problemSchema.parse((await sendFor(name, status, request)).body),
  };
}

/** The newest code that was mailed to an address. */
export async function mailedCode(cognitoEndpoint: string, email: string): Promise<string> {
  const response = await fetch(`${cognitoEndpoint}/_mailbox?email=${encodeURIComponent(email)}`);
  const { codes } = (await response.json()) as { codes: { code: string }[] };
  const last = codes.at(-1);
  if (last === undefined) throw new Error(`No code was sent to ${email}.`);
  return last.code;
}

/** A new user, registered, confirmed and signed in as one would be. */
export async function signUp(
  { url, cognitoEndpoint }: { url: string; cognitoEndpoint: string } = inject("stack"),
): Promise<User> {
  const email = `user-${randomUUID()}@example.com`;
  const visitor = createClient(url);
  await visitor.expect("register", 201, { body: { email, password } });
  const code = await mailedCode(cognitoEndpoint, email);
  await visitor.expect("confirm", 204, { body: { email, code } });
  return signIn(email, { url });
}

/** Another session of a user that `signUp` has made. */
export async function signIn(email: string, { url }: { url: string } = inject("stack")): Promise<User> {
  const { accessToken } = await createClient(url).expect("login", 200, { body: { email, password } });
  return { ...createClient(url, accessToken), email, token: accessToken };
}

/** The reply once it has ended. */
export async function ended(user: Client, replyId: string): Promise<Reply> {
  const reply = await user.expect("getReply", 200, { params: { replyId }, query: { waitSeconds: 20 } });
  if (!isTerminal(reply.status)) throw new Error(`Reply ${replyId} is ${reply.status} after 20 s.`);
  return reply;
}

/** A new conversation's id. */
export async function startConversation(user: Client, body: object = {}): Promise<string> {
  return (await user.expect("createConversation", 201, { body })).id;
}

/** Sends a user message. */
export function ask(user: Client, conversationId: string, content: string, more: object = {}) {
  return user.expect("sendMessage", 202, { params: { conversationId }, body: { content, ...more } });
}

/** An ETag that must be there. */
export function etagOf(answer: Answer): string {
  const etag = answer.headers.get("etag");
  if (etag === null) throw new Error("The answer has no ETag.");
  return etag;
}
