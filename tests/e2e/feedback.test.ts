import { expect, test } from "vitest";
import { ask, ended, signUp, startConversation } from "./client.ts";

test("an answer takes its owner's feedback, shows it wherever it is read, and gives it back", async () => {
  const [ada, eve] = await Promise.all([signUp(), signUp()]);
  const conversationId = await startConversation(ada);
  const { message, reply } = await ask(ada, conversationId, "Hello");
  const messageId = String((await ended(ada, reply.id)).assistantMessageId);
  const params = { conversationId, messageId };
  const comment = "It repeats me.";
  const first = await ada.expect("getMessage", 200, { params });
  expect(first.feedback).toBeNull();
  const rated = await ada.expect("rateAnswer", 200, { params, body: { rating: "down", comment } });
  expect(rated).toEqual({ ...first, updatedAt: rated.updatedAt, feedback: { rating: "down", comment } });
  expect(await ada.expect("getMessage", 200, { params })).toEqual(rated);
  const page = await ada.expect("listMessages", 200, { params: { conversationId } });
  expect(page.data.find(({ id }) => id === messageId)).toEqual(rated);
  const lines = await ada.send("exportMe");
  expect(lines.text).toContain(comment);

  const again = await ada.expect("rateAnswer", 200, { params, body: { rating: "up" } });
  expect(again.feedback).toEqual({ rating: "up", comment: null });
  for (const _ of [1, 2]) await ada.expect("removeFeedback", 204, { params });
  expect((await ada.expect("getMessage", 200, { params })).feedback).toBeNull();

  const question = { params: { conversationId, messageId: message.id }, body: { rating: "up" } };
  await ada.refused("rateAnswer", 409, question);
  await ada.refused("rateAnswer", 400, { params, body: { rating: "sideways" } });
  await eve.refused("rateAnswer", 404, { params, body: { rating: "up" } });
  await eve.refused("removeFeedback", 404, { params });
  await ada.expect("deleteMessage", 204, { params });
  await ada.refused("rateAnswer", 409, { params, body: { rating: "up" } });
});
