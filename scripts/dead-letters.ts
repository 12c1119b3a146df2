import type { AdminReply } from "@parley/contract/schemas/admin";
import { readCommandLine } from "@parley/deployment/command-line";
import { DeploymentError } from "@parley/deployment/deployment-error";
import { runCommand } from "@parley/deployment/terminal";

interface Problem {
  title?: string;
  detail?: string;
  /** Of what API Gateway refuses itself. */
  message?: string;
}

const usage = `
API=http://127.0.0.1:3000 TOKEN=eyJ… pnpm dead-letters [options]

Lists the replies that failed for a reason of Parley's own, dead letters among them. TOKEN is an admin's access token.

  --all              also those that the model or its provider failed
  --retry <replyId>  asks for this reply again
  --retry-all        asks for all that are listed again; none is asked for twice`;

function fromEnvironment(name: "API" | "TOKEN", what: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new DeploymentError(`${name} is not set: ${what}.`);
}

async function call(path: string, init: RequestInit = {}): Promise<Response> {
  const api = fromEnvironment("API", "the address of the API, such as http://127.0.0.1:3000");
  const token = fromEnvironment(
    "TOKEN",
    "an admin's access token; docs/guide/admin.md says how to become one",
  );
  if (!URL.canParse(path, api))
    throw new DeploymentError(`API is no address: it takes one such as http://127.0.0.1:3000.`);
  const headers = { authorization: `Bearer ${token}`, ...init.headers };
  return fetch(new URL(path, api), { ...init, headers }).catch((cause: unknown) => {
    throw new DeploymentError(`${api} does not answer.`, { cause });
  });
}

async function reasonOf(response: Response): Promise<string> {
  const problem = (await response.json().catch(() => ({}))) as Problem;
  return problem.detail ?? problem.title ?? problem.message ?? String(response.status);
}

/** Every failed reply that can still be listed, the newest first. */
async function* failedReplies(): AsyncGenerator<AdminReply> {
  let cursor: string | null = "";
  while (cursor !== null) {
    const after: string = cursor === "" ? "" : `&cursor=${encodeURIComponent(cursor)}`;
    const response = await call(`/v1/admin/replies?status=failed&limit=100${after}`);
    if (!response.ok) throw new DeploymentError(`${response.status}: ${await reasonOf(response)}`);
    const page = (await response.json()) as { data: AdminReply[]; nextCursor: string | null };
    yield* page.data;
    cursor = page.nextCursor;
  }
}

function lineOf({ id, finishedAt, error, attempts, model, userId, conversationId }: AdminReply): string {
  return [id, finishedAt, error?.code, `attempts ${attempts}`, model, userId, conversationId].join("  ");
}

/** A reply that has ended never changes: trying again is another one, of the same message. Says whether there is one. */
async function retry({ id }: AdminReply): Promise<boolean> {
  const response = await call(`/v1/admin/replies/${id}/retry`, {
    method: "POST",
    // Twice the same command asks once.
    headers: { "idempotency-key": `retry-of-${id}` },
  });
  if (!response.ok) {
    console.log(`${id}: not asked again, ${response.status}: ${await reasonOf(response)}`);
    return false;
  }
  const isReplayed = response.headers.has("idempotent-replayed");
  const { id: replyId } = (await response.json()) as AdminReply;
  console.log(`${id}: ${isReplayed ? "has been asked" : "asked"} again, as ${replyId}`);
  return true;
}

async function run(): Promise<void> {
  const { values } = readCommandLine({
    usage,
    options: {
      all: { type: "boolean", default: false },
      retry: { type: "string" },
      "retry-all": { type: "boolean", default: false },
    },
  });
  if (values.retry !== undefined && values["retry-all"])
    throw new DeploymentError("--retry asks for one and --retry-all for all: give one of them.");
  const isWanted = ({ id }: AdminReply) => values["retry-all"] || id === values.retry;
  const chosen: AdminReply[] = [];
  let listed = 0;
  for await (const reply of failedReplies()) {
    // One that is named is found whatever it failed of.
    if (!values.all && reply.error?.code !== "internal" && reply.id !== values.retry) continue;
    listed++;
    console.log(lineOf(reply));
    if (isWanted(reply)) chosen.push(reply);
  }
  if (listed === 0)
    console.log(values.all ? "No reply has failed." : "No reply has failed for a reason of ours.");
  // One after another: who has sent much gets answers in the order of asking.
  let isEachAsked = true;
  for (const reply of chosen.reverse()) isEachAsked = (await retry(reply)) && isEachAsked;
  if (values.retry !== undefined && chosen.length === 0)
    throw new DeploymentError(`${values.retry}: no failed reply has this id.`);
  if (!isEachAsked) process.exitCode = 1;
}

await runCommand(run);
