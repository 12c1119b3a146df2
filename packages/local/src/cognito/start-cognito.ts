import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { JWK } from "jose";
import { CognitoError } from "./errors.ts";
import { isObject } from "./input.ts";
import { publicOperations, signedOperations } from "./operations.ts";
import { openPool, type Pool, type PoolOptions } from "./pool.ts";
import { createSignInPage, type PageAnswer, type SignInPage } from "./sign-in-page.ts";
import type { SentCode } from "./state.ts";

const largestBody = 1024 * 1024;
const target = "AWSCognitoIdentityProviderService.";

interface Answer {
  status: number;
  body: object;
  headers?: Record<string, string>;
}

interface Served {
  pool: Pool;
  page: SignInPage;
}

export interface Cognito {
  /** For AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER. */
  readonly endpoint: string;
  /** The `iss` of the tokens; the JWKS are not there but at `jwksUrl`. */
  readonly issuer: string;
  /** For USER_POOL_JWKS, as JSON. */
  readonly jwks: { keys: JWK[] };
  readonly jwksUrl: string;
  /** The codes sent to an address, oldest first; also `GET /_mailbox?email=`. */
  mailbox(email: string): SentCode[];
  /** Ends after the calls under way and with everything on disk. */
  close(): Promise<void>;
}

/**
 * Starts a user pool that speaks Cognito's own JSON protocol, for one pool with one client without a secret,
 * e-mail sign-in, the default password policy and PreventUserExistenceErrors = ENABLED.
 * Rejects when the port is taken or the data file damaged. Port 0 (the default) takes a free one.
 */
export async function startCognito(
  options: PoolOptions & {
    readonly host?: string;
    readonly port?: number;
    /** Where the sign-in page may return to; it is refused to everybody without them. */
    readonly callbackUrls?: readonly string[];
  },
): Promise<Cognito> {
  const pool = await openPool(options);
  const page = createSignInPage(pool, options.callbackUrls ?? []);
  const server = createServer((request, response) => {
    answer({ pool, page }, request).then(
      (result) => ("text" in result ? sendPage(response, result) : send(response, result)),
      (error) => send(response, describeFailure(error)),
    );
  });
  // Longer than an SDK keeps an idle connection, so that it is never the server that cuts one in use.
  server.keepAliveTimeout = 65_000;
  const host = options.host ?? "127.0.0.1";
  server.listen(options.port ?? 0, host);
  await once(server, "listening");
  const endpoint = `http://${host}:${(server.address() as AddressInfo).port}`;
  return {
    endpoint,
    issuer: pool.issuer,
    jwks: jwksOf(pool),
    jwksUrl: `${endpoint}/${options.userPoolId}/.well-known/jwks.json`,
    mailbox: (email) => mailboxOf(pool, email),
    async close() {
      const closed = once(server, "close");
      server.close();
      await closed;
      await pool.save();
    },
  };
}

const jwksOf = (pool: Pool) => ({ keys: [pool.state.keys.publicKey] });

const mailboxOf = (pool: Pool, email: string) =>
  pool.state.mailbox.filter((sent) => sent.email.toLowerCase() === email.toLowerCase());

async function answer({ pool, page }: Served, request: IncomingMessage): Promise<Answer | PageAnswer> {
  const url = new URL(request.url ?? "/", "http://localhost");
  const text = request.method === "POST" ? await readBody(request) : "";
  const answered = await page.answer(request.method, url, new URLSearchParams(text));
  if (answered !== undefined) return answered;
  if (request.method === "POST") return { status: 200, body: await runOperation(pool, request, text) };
  if (url.pathname === `/${pool.options.userPoolId}/.well-known/jwks.json`) {
    return { status: 200, body: jwksOf(pool) };
  }
  if (url.pathname === "/_mailbox") {
    const codes = mailboxOf(pool, url.searchParams.get("email") ?? "");
    return { status: 200, body: { codes: codes.map(({ email: _, ...sent }) => sent) } };
  }
  return { status: 404, body: { message: "Not Found" } };
}

async function runOperation(pool: Pool, request: IncomingMessage, text: string): Promise<object> {
  const header = request.headers["x-amz-target"];
  const name = typeof header === "string" && header.startsWith(target) ? header.slice(target.length) : "";
  const signed = signedOperations.get(name);
  const operation = signed ?? publicOperations.get(name);
  if (!operation) throw new CognitoError("UnknownOperationException", "");
  // The signature is not checked, its presence is: a call made without credentials fails here as it would on AWS.
  if (signed && !request.headers.authorization?.startsWith("AWS4-HMAC-SHA256 ")) {
    throw new CognitoError("MissingAuthenticationTokenException", "Missing Authentication Token");
  }
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch {
    throw new CognitoError("SerializationException", "");
  }
  if (!isObject(input)) throw new CognitoError("SerializationException", "");
  return operation(pool, input);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody) throw new CognitoError("RequestEntityTooLargeException", "", 413);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function describeFailure(error: unknown): Answer {
  if (!(error instanceof CognitoError)) console.error("cognito stand-in failed:", error);
  const refusal = error instanceof CognitoError ? error : new CognitoError("InternalErrorException", "", 500);
  return {
    status: refusal.httpStatus,
    body: { __type: refusal.name, message: refusal.message },
    headers: { "x-amzn-errortype": `${refusal.name}:`, "x-amzn-errormessage": encodeURI(refusal.message) },
  };
}

function sendPage(response: ServerResponse, { status, headers, text }: PageAnswer): void {
  response.writeHead(status, headers);
  response.end(text);
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, {
    "content-type": "application/x-amz-json-1.1",
    "x-amzn-requestid": randomUUID(),
    ...headers,
  });
  response.end(JSON.stringify(body));
}
