import { expect, inject, it } from "vitest";
import { signUpAdmin } from "./admins.ts";
import { ask, createClient, ended, signUp, startConversation, type User } from "./client.ts";
import { refusals, tryOut } from "./printed-guides.ts";

const { url } = inject("stack");

/** What a reader has who tries a guide: a conversation with an answer, a note, a prompt, a key. */
async function thingsOf(user: User, model = "scripted/echo"): Promise<Record<string, string>> {
  const conversation = await startConversation(user, { model });
  const { message, reply } = await ask(user, conversation, "What is a lease?");
  const [{ assistantMessageId }, note, prompt, key, login] = await Promise.all([
    ended(user, reply.id),
    user.expect("createNote", 201, { body: { title: "Leases", content: "They run out." } }),
    user.expect("createSystemPrompt", 201, { body: { name: "Editor", content: "Edit." } }),
    user.expect("createApiKey", 201, { body: { name: "Script", scopes: ["read"] } }),
    createClient(url).expect("login", 200, { body: { email: user.email, password: "Correct-Horse-7" } }),
  ]);
  return {
    API: url,
    JSON: "content-type: application/json",
    AUTH: `authorization: Bearer ${user.token}`,
    EMAIL: user.email,
    PASSWORD: "Correct-Horse-7",
    REFRESH: login.refreshToken,
    CONVERSATION: conversation,
    MESSAGE: message.id,
    REPLY: reply.id,
    ANSWER: String(assistantMessageId),
    NOTE: note.id,
    ID: prompt.id,
    KEY: key.key ?? "",
    KEY_ID: key.id,
  };
}

it.each([
  [
    "account",
    [
      // Every session has been ended by then, and the codes are examples.
      "401 POST/auth/change-password",
      "400 POST/auth/reset-password",
      "401 POST/auth/change-email",
      "401 POST/auth/confirm-email",
    ],
  ],
  ["api-keys", []],
  // The reply has been waited for.
  ["conversations", [expect.stringMatching(/^409 POST\/replies\/\w+\/cancel$/)]],
  ["errors", ["400 GET/conversations?limit=0"]],
  ["notes", []],
  ["search", []],
  ["system-prompts", []],
  ["tokens", []],
])("what the guide %s prints works in the order it is printed", async (guide, refused) => {
  const answers = await tryOut(guide, await thingsOf(await signUp()));
  expect(refusals(answers)).toEqual(refused);
});

it("so does what it prints for admins, and for nobody else", async () => {
  const [admin, ada] = await Promise.all([signUpAdmin(), signUp()]);
  const things = await thingsOf(ada, "scripted/fail-rejected");
  const USER = (await ada.expect("getMe", 200)).id;
  const theirs = await tryOut("admin", { ...things, USER });
  expect(refusals(theirs)).toHaveLength(theirs.length);
  const answers = await tryOut("admin", { ...things, USER, AUTH: `authorization: Bearer ${admin.token}` });
  // They are of the user who was deleted before.
  expect(refusals(answers)).toEqual([
    `404 GET/admin/usage?userId=${USER}`,
    `404 POST/admin/replies/${things.REPLY}/retry`,
  ]);
});
