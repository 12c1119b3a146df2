import { createParley, type Parley, type ParleyOptions, type ReplyEvent } from "@parley/client";
import { createPush } from "@parley/client/push";
import { afterEach, expect, inject, it } from "vitest";
import { signUp, type User } from "./client.ts";
import { sockets } from "./opened-sockets.ts";

const ada = await signUp();
const eve = await signUp();
const open: Parley[] = [];
afterEach(() => {
  for (const parley of open.splice(0)) parley.push?.close();
});

const pushed = { create: createPush };

function clientOf(user: User, push?: ParleyOptions["push"]): Parley {
  const parley = createParley({
    baseUrl: inject("stack").url,
    token: () => user.token,
    ...(push !== undefined && { push }),
  });
  open.push(parley);
  return parley;
}

async function slowReply(parley: Parley) {
  const started = await parley.conversations.create({
    model: "scripted/slow",
    message: { content: "Tell me" },
  });
  if (!("reply" in started)) throw new Error("no reply was started");
  return started.reply;
}

interface Heard {
  text: string;
  pieces: number;
  restarts: number;
  end: Extract<ReplyEvent, { type: "end" }> | undefined;
}

/** Follows a reply to its end as a page would. */
async function follow(parley: Parley, replyId: string, onPiece: (pieces: number) => void = () => {}) {
  const heard: Heard = { text: "", pieces: 0, restarts: 0, end: undefined };
  for await (const event of parley.replies.stream(replyId)) {
    if (event.type === "end") heard.end = event;
    else if (event.type === "restart") {
      heard.text = "";
      heard.restarts += 1;
    } else {
      expect(event.offset).toBe(Array.from(heard.text).length);
      heard.text += event.text;
      heard.pieces += 1;
      onPiece(heard.pieces);
    }
  }
  return heard;
}

it("a reply is followed by push, by polls, and through dropped connections, with the same text", async () => {
  const listening = clientOf(ada, pushed);
  const polling = clientOf(ada);
  const unreachable = clientOf(ada, { ...pushed, url: "ws://127.0.0.1:9" });
  const { id } = await slowReply(listening);
  const drop = (pieces: number) => {
    if (pieces % 5 === 0) for (const socket of sockets.splice(0)) socket.close();
  };
  const [byPush, byPolls, byFallback, waited] = await Promise.all([
    follow(listening, id, drop),
    follow(polling, id),
    follow(unreachable, id),
    polling.replies.waitFor(id),
  ]);
  expect(waited).toMatchObject({ id, status: "completed" });
  expect(waited.partialText.length).toBeGreaterThan(20);
  for (const heard of [byPush, byPolls, byFallback]) {
    expect(heard.text).toBe(waited.partialText);
    expect(heard.end?.reply).toEqual(waited);
    expect(heard.pieces).toBeGreaterThan(3);
    expect(heard.restarts).toBe(0);
  }
});

it("one connection serves all replies that a client follows", async () => {
  const parley = clientOf(ada, pushed);
  sockets.length = 0;
  const replies = await Promise.all([slowReply(parley), slowReply(parley), slowReply(parley)]);
  const heard = await Promise.all(replies.map(({ id }) => follow(parley, id)));
  expect(heard.map(({ end }) => end?.reply.status)).toEqual(["completed", "completed", "completed"]);
  expect(sockets).toHaveLength(1);
});

it("a reply that was cancelled ends the stream, and one of another user is not found", async () => {
  const parley = clientOf(ada, pushed);
  const { id } = await slowReply(parley);
  await expect(follow(clientOf(eve, pushed), id)).rejects.toMatchObject({
    status: 404,
  });
  const heard = await follow(parley, id, (pieces) => {
    if (pieces === 3) void parley.replies.cancel({ replyId: id });
  });
  expect(heard.end?.reply.status).toBe("cancelled");
  expect(heard.text).toBe(heard.end?.reply.partialText);
  expect(heard.text).not.toBe("");
});

it("lists are walked page by page", async () => {
  const parley = clientOf(eve);
  for (const title of ["one", "two", "three"]) await parley.notes.create({ title, content: title });
  const titles: (string | null)[] = [];
  for await (const note of parley.notes.list({ limit: 2, order: "asc" })) titles.push(note.title);
  expect(titles).toEqual(["one", "two", "three"]);
});
