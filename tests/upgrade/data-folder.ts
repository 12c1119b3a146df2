import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createParley, type Message, newId, type Parley } from "@parley/client";
import { throwAwayFolder } from "@parley/embedded-postgres/throw-away";
import type { RunningStack } from "@parley/local/running-stack";
import type { PreviousRelease } from "./previous-release.ts";

const password = "Correct-Horse-7";
/** So that what the stopped release had leased is taken up soon. */
const settings = {
  PORT: "0",
  DEFAULT_MODEL: "scripted/slow",
  REPLY_LEASE_SECONDS: "3",
  REPLY_CHECK_SECONDS: "4",
  REPLY_PATIENCE_SECONDS: "3",
};

interface Dev {
  readonly stack: RunningStack;
  /** As Ctrl-C does. */
  stop(): Promise<void>;
}

async function readStack(dataDir: string, child: ChildProcess): Promise<RunningStack> {
  while (child.exitCode === null) {
    const text = await readFile(join(dataDir, "stack.json"), "utf8").catch(() => "");
    if (text.endsWith("}")) return JSON.parse(text) as RunningStack;
    await sleep(200);
  }
  throw new Error(`dev ended with ${child.exitCode}.`);
}

/** `dev` of a release's folder on a data folder. */
async function startDev(folder: string, dataDir: string): Promise<Dev> {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ["scripts/dev.ts"], {
    cwd: folder,
    env: { PATH, HOME, ...settings, DATA_DIR: dataDir },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const ended = once(child, "exit");
  const stack = await readStack(dataDir, child);
  return {
    stack,
    stop: async () => {
      child.kill("SIGINT");
      await ended;
    },
  };
}

async function signIn({ url }: RunningStack, email: string): Promise<Parley> {
  const { accessToken } = await createParley({ baseUrl: url }).auth.login({ email, password });
  return createParley({ baseUrl: url, token: accessToken });
}

async function signUp(stack: RunningStack, email: string): Promise<Parley> {
  const { auth } = createParley({ baseUrl: stack.url });
  await auth.register({ email, password });
  const mailbox = await fetch(`${stack.cognitoEndpoint}/_mailbox?email=${encodeURIComponent(email)}`);
  const { codes } = (await mailbox.json()) as { codes: { code: string }[] };
  await auth.confirm({ email, code: codes.at(-1)?.code ?? "" });
  return signIn(stack, email);
}

async function ask(user: Parley, content: string, model?: string) {
  const started = await user.conversations.create({ message: { content, ...(model && { model }) } });
  if (!("reply" in started) || started.reply === null) throw new Error("A question has no reply.");
  return { conversationId: started.conversation.id, replyId: started.reply.id };
}

async function textsOf(user: Parley, conversationId: string): Promise<string> {
  const { data } = await user.messages.list({ conversationId });
  return JSON.stringify(data.map(({ id, role, content }: Message) => [id, role, content]));
}

/** What a user has: a conversation that was answered, and one whose answer runs. */
interface Owned {
  readonly email: string;
  readonly answered: string;
  readonly texts: string;
  readonly running: { readonly conversationId: string; readonly replyId: string };
}

async function fill(stack: RunningStack): Promise<Owned> {
  const email = `upgrade-${newId()}@example.com`;
  const user = await signUp(stack, email);
  const { conversationId: answered, replyId } = await ask(user, `Of ${email}`, "scripted/echo");
  await user.replies.waitFor(replyId);
  const running = await ask(user, "Tell me slowly");
  while ((await user.replies.get({ replyId: running.replyId })).partialText === "") await sleep(100);
  return { email, answered, texts: await textsOf(user, answered), running };
}

async function lossesOf(stack: RunningStack, owned: Owned, other: Owned): Promise<string[]> {
  const user = await signIn(stack, owned.email);
  const reply = await user.replies.waitFor(owned.running.replyId);
  const foreign = await user.conversations.get({ conversationId: other.answered }).catch(() => undefined);
  const found = [
    (await textsOf(user, owned.answered)) !== owned.texts && "an answered conversation has changed",
    reply.status !== "completed" && `the running reply ended as ${reply.status}`,
    !reply.partialText.endsWith("or to cancel it.") && "the running reply lost text",
    !(await textsOf(user, owned.running.conversationId)).includes("or to cancel it.") &&
      "the running reply has no message",
    foreign !== undefined && "another user's conversation is shown",
  ];
  return found.filter((loss) => loss !== false);
}

/**
 * Stops the previous release on a data folder in the middle of two users' replies, and starts this one there.
 * @returns what has been lost
 */
export async function upgradeDataFolder({ folder }: PreviousRelease, present: string): Promise<string[]> {
  const dataDir = await throwAwayFolder();
  try {
    const before = await startDev(folder, dataDir);
    const [ada, bob] = await Promise.all([fill(before.stack), fill(before.stack)]).finally(before.stop);
    const after = await startDev(present, dataDir);
    try {
      return [...(await lossesOf(after.stack, ada, bob)), ...(await lossesOf(after.stack, bob, ada))];
    } finally {
      await after.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}
