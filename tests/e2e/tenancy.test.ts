import { beforeAll, expect, it } from "vitest";
import { type Answer, signUp, startConversation, type User } from "./client.ts";
import { thingsOf, unknownId, userRoutes, validBody } from "./owned-things.ts";

let ada: User;
let eve: User;
let hers: ReturnType<typeof thingsOf>;
let theirs: ReturnType<typeof thingsOf>;

beforeAll(async () => {
  [ada, eve] = await Promise.all([signUp(), signUp()]);
  hers = thingsOf(ada);
  theirs = thingsOf(eve);
});

/** Everything the client sees, byte for byte, but for the ids and the time of the request. */
function visible({ status, headers, text }: Answer) {
  const { instance } = JSON.parse(text) as { instance: string };
  const { date, "x-request-id": id, "apigw-requestid": gatewayId, ...rest } = Object.fromEntries(headers);
  expect([id, typeof date, typeof gatewayId]).toEqual([instance, "string", "string"]);
  return { status, rest, text: text.replace(instance, "") };
}

async function idsFrom(ids: readonly string[], make: (id: string) => Promise<string> | string) {
  return Object.fromEntries(await Promise.all(ids.map(async (id) => [id, await make(id)] as const)));
}

const owned = userRoutes.filter(({ ids }) => ids.length > 0);

it.each(owned)("$name answers as for an unknown id", async (route) => {
  const { name, ids } = route;
  const send = async (make: (id: string) => Promise<string> | string) =>
    eve.send(name, { ...validBody(route), params: await idsFrom(ids, make) });
  const ofNobody = await send(() => unknownId);
  expect(ofNobody.status).toBe(404);
  expect(visible(await send(hers))).toEqual(visible(ofNobody));
  // One's own conversation does not lend one the other's message, nor the other way round.
  for (const own of ids.length > 1 ? ids : []) {
    expect(visible(await send((id) => (id === own ? theirs(id) : hers(id))))).toEqual(visible(ofNobody));
  }
});

it("leaves everything of the other user as it was", async () => {
  const params = { conversationId: await hers("conversationId") };
  const messages = await ada.expect("listMessages", 200, { params, query: { role: "user" } });
  expect(messages.data.map(({ content }) => content)).toEqual(["A secret"]);
  const conversation = await ada.expect("getConversation", 200, { params });
  expect(conversation).toMatchObject({ title: "A secret", titleSource: "first_message", deletedAt: null });
  const replies = await ada.expect("listReplies", 200, { params });
  expect(replies.data.map(({ id }) => id)).toEqual([await hers("replyId")]);
  expect(["queued", "in_progress", "completed"]).toContain(replies.data[0]?.status);
});

it("does not tell another user's id from an unknown one inside a body either", async () => {
  const params = { conversationId: await theirs("conversationId") };
  const reply = (replyTo: string) => eve.send("sendMessage", { params, body: { content: "Hello", replyTo } });
  expect((await reply(unknownId)).status).toBe(400);
  expect(visible(await reply(await hers("messageId")))).toEqual(visible(await reply(unknownId)));

  const { systemPromptId } = await ada.expect("createConversation", 201, { body: {} });
  for (const name of ["createConversation", "updateConversation"] as const) {
    const use = (id: string) =>
      eve.send(name, { ...(name === "updateConversation" && { params }), body: { systemPromptId: id } });
    expect((await use(unknownId)).status).toBe(400);
    expect(visible(await use(String(systemPromptId)))).toEqual(visible(await use(unknownId)));
  }
});

it("gives nothing away through another user's cursor", async () => {
  const user = await signUp();
  await Promise.all([startConversation(ada), startConversation(ada)]);
  const page = await ada.expect("listConversations", 200, { query: { limit: 1 } });
  const query = { cursor: String(page.nextCursor) };
  expect(await user.expect("listConversations", 200, { query })).toEqual({ data: [], nextCursor: null });
});
