import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** Secrets Manager as the functions see it: one secret, read by the real SDK over its own protocol. */
export interface SecretsManager {
  readonly endpoint: string;
  /** What it was asked, as the operation and its JSON. */
  readonly requests: readonly string[];
  /** The text of the secret from now on. */
  put(text: string): void;
  /** It refuses every call until it is called with false. */
  refuse(isRefusing: boolean): void;
  close(): Promise<void>;
}

/** Starts the stand-in on a free port; point AWS_ENDPOINT_URL_SECRETS_MANAGER at it. */
export async function startSecretsManager(): Promise<SecretsManager> {
  const requests: string[] = [];
  let secret = "";
  let refuses = false;
  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += String(chunk);
    requests.push(`${request.headers["x-amz-target"]} ${body}`);
    response.writeHead(refuses ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
    response.end(JSON.stringify(refuses ? { __type: "AccessDeniedException" } : { SecretString: secret }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    put(text) {
      secret = text;
    },
    refuse(isRefusing) {
      refuses = isRefusing;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
