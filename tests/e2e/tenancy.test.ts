import type { Route } from "@parley/contract/route";
import { allRoutes } from "@parley/contract/routes/all";
import { beforeAll, expect, it } from "vitest";
import { type Answer, ask, type OperationName, signUp, startConversation, type User } from "./client.ts";

let ada: User;
let eve: User;
let hers: Record<string, string>;
let theirs: Record<string, string>;

const unknown = "zzzzzzzzzzzzzzzzzzzzzzzz";

/** A valid body of each operation that must have one and names something by its path. */
const bodies: Partial<Record<OperationName, object>> = {
  updateConversation: { title: "Mine now" },
  sendMessage: { content: "Mine now" },
  editMessage: { content: "Mine now" },
};

async function things(user: User): Promise<Record<string, string>> {
  const conversationId = await startConversation(user, { model: "scripted/slow" });
  const { message, reply } = await ask(user, conversationId, "A secret");
  return { conversationId, messageId: message.id, replyId: reply.id };
}

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
  [hers, theirs] = await Promise.all([things(ada), things(eve)]);
});

const owned = Object.entries(allRoutes as Record<string, Route>)
  .filter(([, route]) => route.params !== undefined)
  .map(([name, route]) => ({ name: name as OperationName, names: [...route.path.matchAll(/\{(\w+)\}/g)] }))
  .map(({ name, names }) => ({ name, names: names.map(([, parameter]) => String(parameter)) }));

/** Everything the client sees, byte for byte, but for the ids and the time of the request. */
function visible({ status, headers, text }: Answer) {
  const { instance } = JSON.parse(text) as { instance: string };
  const { date, "x-request-id": id, "apigw-requestid": gatewayId, ...rest } = Object.fromEntries(headers);
  expect([id, typeof date, typeof gatewayId]).toEqual([instance, "string", "string"]);
  return { status, rest, text: text.replace(instance, "") };
}

function pick(names: readonly string[], from: (name: string) => string | undefined) {
  return Object.fromEntries(names.map((name) => [name, from(name) ?? `no ${name} was made`]));
}

it.each(owned)("$name answers as for an unknown id", async ({ name, names }) => {
  const request = { body: bodies[name] };
  const ofNobody = await eve.send(name, { ...request, params: pick(names, () => unknown) });
  expect(ofNobody.status).toBe(404);
  const ofAda = await eve.send(name, { ...request, params: pick(names, (one) => hers[one]) });
  expect(visible(ofAda)).toEqual(visible(ofNobody));
  // Her own conversation does not lend her the other's message.
  for (const own of names.length > 1 ? names : []) {
    const params = pick(names, (one) => (one === own ? theirs[one] : hers[one]));
    expect(visible(await eve.send(name, { ...request, params }))).toEqual(visible(ofNobody));
  }
});

it("leaves everything of the other user as it was", async () => {
  const params = { conversationId: String(hers.conversationId) };
  const messages = await ada.expect("listMessages", 200, { params });
  expect(messages.data.map(({ content }) => content)).toEqual(["A secret"]);
  const conversation = await ada.expect("getConversation", 200, { params });
  expect(conversation).toMatchObject({ title: null, deletedAt: null, activeReplyId: hers.replyId });
  const reply = await ada.expect("getReply", 200, { params: { replyId: String(hers.replyId) } });
  expect(["queued", "in_progress", "completed"]).toContain(reply.status);
});

it("does not tell another user's id from an unknown one inside a body either", async () => {
  const params = { conversationId: String(theirs.conversationId) };
  const send = (replyTo: string | undefined) =>
    eve.send("sendMessage", { params, body: { content: "Hello", replyTo } });
  expect((await send(unknown)).status).toBe(400);
  expect(visible(await send(hers.messageId))).toEqual(visible(await send(unknown)));

  const { systemPromptId } = await ada.expect("createConversation", 201, { body: {} });
  for (const name of ["createConversation", "updateConversation"] as const) {
    const use = (id: unknown) =>
      eve.send(name, { ...(name === "updateConversation" && { params }), body: { systemPromptId: id } });
    expect((await use(unknown)).status).toBe(400);
    expect(visible(await use(systemPromptId))).toEqual(visible(await use(unknown)));
  }
});

it("gives nothing away through another user's cursor", async () => {
  const user = await signUp();
  await startConversation(ada);
  const page = await ada.expect("listConversations", 200, { query: { limit: 1 } });
  const query = { cursor: String(page.nextCursor) };
  expect(await user.expect("listConversations", 200, { query })).toEqual({ data: [], nextCursor: null });
});
