const api = new URLSearchParams(location.search).get("api") ?? "http://127.0.0.1:3000";
const element = (id) => document.getElementById(id);
const pause = (millis) => new Promise((resolve) => setTimeout(resolve, millis));

let accessToken;
let conversationId;
let replyId;

/** What a problem document says; what the gateway itself refuses has a `message` only. */
function problemOf({ title, detail, errors = [], message }) {
  const faults = errors.map((error) => `${error.path} ${error.message}`);
  return [detail ?? title ?? message, ...faults].join(": ");
}

/** Calls the API; throws what is wrong. */
async function call(method, path, body) {
  const response = await fetch(api + path, {
    method,
    headers: {
      "content-type": "application/json",
      ...(accessToken && { authorization: `Bearer ${accessToken}` }),
      // A repeated request with the same key does nothing twice.
      ...(method === "POST" && { "idempotency-key": crypto.randomUUID() }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = response.status === 204 ? undefined : await response.json();
  if (!response.ok) throw new Error(problemOf(answer));
  return answer;
}

function show(role, text) {
  const paragraph = document.createElement("p");
  paragraph.className = role;
  paragraph.textContent = text;
  element("messages").append(paragraph);
  return paragraph;
}

/** Polls a reply until it has ended, and shows its text as it grows. */
async function follow(id, paragraph) {
  for (;;) {
    const reply = await call("GET", `/v1/replies/${id}`);
    paragraph.textContent = reply.partialText;
    if (reply.error) throw new Error(reply.error.message);
    if (reply.status !== "queued" && reply.status !== "in_progress") return;
    await pause(400);
  }
}

async function ask(content) {
  show("user", content);
  const asked = conversationId
    ? await call("POST", `/v1/conversations/${conversationId}/messages`, { content })
    : await call("POST", "/v1/conversations", { message: { content } });
  conversationId = asked.message.conversationId;
  replyId = asked.reply.id;
  element("stop").disabled = false;
  await follow(replyId, show("assistant", "")).finally(() => {
    element("stop").disabled = true;
  });
}

/** Runs what a form asks for, and shows what goes wrong. */
function onSubmit(id, submitted) {
  element(id).addEventListener("submit", async (event) => {
    event.preventDefault();
    const fields = Object.fromEntries(new FormData(event.target));
    element("problem").textContent = "";
    await submitted(fields, event.target).catch(({ message }) => {
      element("problem").textContent = message;
    });
  });
}

onSubmit("sign-in", async ({ email, password }, form) => {
  ({ accessToken } = await call("POST", "/v1/auth/login", { email, password }));
  form.hidden = true;
  element("ask").hidden = false;
});

onSubmit("ask", async ({ content }, form) => {
  form.reset();
  await ask(content);
});

element("stop").addEventListener("click", () => call("POST", `/v1/replies/${replyId}/cancel`));
