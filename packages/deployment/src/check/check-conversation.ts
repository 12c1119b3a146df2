import { setTimeout as sleep } from "node:timers/promises";
import { createParley, type Parley, type Reply } from "@parley/client";
import { createPush } from "@parley/client/push";
import { failed, ok, type Step, skipped } from "./step.ts";
import { makeThrowAwayUser, type ThrowAwayUser, type UserPool } from "./throw-away-user.ts";

const question = "Say hello in one word.";
const patienceMillis = 120_000;
const pushMillis = 10_000;

async function isTrueWithin(millis: number, condition: () => boolean): Promise<boolean> {
  const until = Date.now() + millis;
  while (!condition() && Date.now() < until) await sleep(50);
  return condition();
}

interface Talk {
  user?: ThrowAwayUser;
  parley?: Parley;
  reply?: Reply;
  /** Ids of replies with the events that have come of them, in whatever order. */
  readonly heard: Set<string>;
}

async function ask(parley: Parley): Promise<{ reply: Reply; text: string }> {
  const started = await parley.conversations.create({ message: { content: question } });
  if (!("reply" in started) || started.reply === null)
    throw new Error("The message was taken without a reply.");
  let text = "";
  const signal = AbortSignal.timeout(patienceMillis);
  for await (const event of parley.replies.stream(started.reply.id, { signal })) {
    if (event.type === "text") text += event.text;
    if (event.type === "restart") text = "";
    if (event.type === "end") return { reply: event.reply, text };
  }
  throw new Error("The reply's events stopped before its end.");
}

/** A user of its own signs in, asks, hears the answer by push and deletes the account: a step each. */
export function checkConversation(url: string, pool: UserPool): Step[] {
  const talk: Talk = { heard: new Set() };
  const missing = skipped("the step before it failed");
  return [
    {
      name: "sign-in",
      run: async () => {
        const user = await makeThrowAwayUser(url, pool);
        talk.user = user;
        talk.parley = createParley({ baseUrl: url, token: user.token, push: { create: createPush } });
        const { id } = await talk.parley.me.get();
        return ok(`throw-away user ${user.email} is ${id}`);
      },
    },
    {
      name: "conversation",
      run: async () => {
        const { parley } = talk;
        if (parley === undefined) return missing;
        parley.push?.listen((event) => {
          if ("replyId" in event && event.replyId !== undefined)
            talk.heard.add(`${event.replyId} ${event.type}`);
        });
        const { pushUrl } = await parley.config.get();
        if (pushUrl !== null) await isTrueWithin(pushMillis, () => parley.push?.isLive === true);
        const began = performance.now();
        const { reply, text } = await ask(parley);
        talk.reply = reply;
        const seconds = ((performance.now() - began) / 1000).toFixed(1);
        if (reply.status !== "completed")
          return failed(
            `${reply.model} ended as ${reply.status}${reply.error ? `: ${reply.error.message}` : ""}`,
          );
        return ok(`${reply.model} answered ${text.length} characters in ${seconds} s`);
      },
    },
    {
      name: "push",
      run: async () => {
        const { parley, reply, heard } = talk;
        if (parley === undefined || reply === undefined) return missing;
        const { pushUrl } = await parley.config.get();
        if (pushUrl === null) return skipped("this deployment has none");
        const ending = `${reply.id} reply.${reply.status}`;
        const isTold = await isTrueWithin(pushMillis, () => heard.has(ending));
        return isTold
          ? ok(`${pushUrl} told the reply's end`)
          : failed(`${pushUrl} did not tell the reply's end.`);
      },
    },
    {
      name: "clean-up",
      run: async () => {
        talk.parley?.push?.close();
        if (talk.user === undefined) return skipped("there is no throw-away user");
        await talk.user.remove();
        return ok("the throw-away user and all that was theirs is deleted");
      },
    },
  ];
}
