import { expect, it } from "vitest";
import { ask, ended, startConversation, type User } from "./client.ts";
import type { Asked } from "./model-server.ts";
import { said, thought } from "./thinking-server.ts";

/** Of Bedrock. */
export const nova = "eu.amazon.nova-2-lite-v1:0";

const parameters = ["temperature", "topP", "maxOutputTokens", "reasoningEffort", "stop"];

const groq = {
  name: "groq",
  kind: "openai",
  models: [{ name: "llama-3.3", price: { priceInput: 10, priceOutput: 20 }, parameters }],
};
const azure = {
  name: "azure",
  kind: "openai",
  apiVersion: "2024-10-21",
  keyHeader: "api-key",
  modelInPath: true,
  supportsTools: false,
};
/** As the deployment lists them besides OpenAI's and Anthropic's. */
export function namedProviders(url: string) {
  return [
    { ...groq, baseUrl: `${url}/groq/v1` },
    { name: "stored", kind: "openai", baseUrl: `${url}/stored`, runsInBackground: true },
    { name: "keyless", kind: "anthropic", models: [{ name: "m" }] },
    { ...azure, baseUrl: `${url}/openai` },
    {
      name: "aws",
      kind: "bedrock",
      region: "eu-central-1",
      baseUrl: url,
      models: [{ name: nova, parameters }],
    },
  ];
}

const sampled = { temperature: 0.3, topP: 0.9, maxOutputTokens: 600, stop: ["END"] };
const all = { ...sampled, reasoningEffort: "low" };
const stream_options = { include_usage: true };

/** What each is set to be asked with, and what of that its server accepts in the end, after how many calls. */
const fiveProviders = [
  {
    model: "openai/local",
    settings: sampled,
    attempts: 1,
    sent: { stream_options, max_tokens: 600, temperature: 0.3, top_p: 0.9, stop: ["END"] },
  },
  {
    model: "groq/llama-3.3",
    settings: all,
    attempts: 2,
    sent: { max_tokens: 600, temperature: 0.3, top_p: 0.9, reasoning_effort: "low", stop: ["END"] },
  },
  {
    model: "azure/thinker",
    settings: sampled,
    attempts: 3,
    sent: { stream_options, max_completion_tokens: 600, top_p: 0.9, stop: ["END"] },
  },
  {
    model: "anthropic/claude-sonnet-5-5",
    settings: { maxOutputTokens: 600, reasoningEffort: "low", stop: ["END"] },
    attempts: 1,
    sent: {
      max_tokens: 600,
      thinking: { type: "adaptive", display: "summarized" },
      output_config: { effort: "low" },
      stop_sequences: ["END"],
    },
  },
  {
    model: `aws/${nova}`,
    settings: all,
    attempts: 1,
    sent: {
      inferenceConfig: { maxTokens: 600, temperature: 0.3, topP: 0.9, stopSequences: ["END"] },
      additionalModelRequestFields: { reasoningConfig: { type: "enabled", maxReasoningEffort: "low" } },
    },
  },
];

const others = ["model", "messages", "system", "stream", "tools", "tool_choice", "toolConfig"];

/** What of a request is neither its prompt nor its tools. */
function parametersIn(body: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !others.includes(name)));
}

interface Scene {
  ada: User;
  eve: User;
  asked: Asked[];
}

/** Of the deployment of five providers that the calling file has started. */
export function testParameters(scene: () => Scene): void {
  it.each(fiveProviders)(
    "$model is asked with its parameters as set, and its reasoning is apart",
    async (row) => {
      const { model, settings, attempts, sent } = row;
      const { ada, eve, asked } = scene();
      const conversationId = await startConversation(ada, { model, settings });
      const calls = asked.length;
      const { reply } = await ask(ada, conversationId, "Think first: two and two?");
      const answer = { status: "completed", reasoning: thought, partialText: said };
      expect(await ended(ada, reply.id)).toMatchObject({ ...answer, model, attempts, settings });
      expect(asked.length - calls).toBe(attempts);
      expect(parametersIn(asked.at(-1)?.body ?? {})).toEqual(sent);
      const next = await ask(ada, conversationId, "Sure?");
      await ended(ada, next.reply.id);
      const later = JSON.stringify(asked.at(-1)?.body);
      expect([later.includes(said), later.includes("Two and two")]).toEqual([true, false]);
      await eve.refused("getReply", 404, { params: { replyId: reply.id } });
    },
  );

  it("a parameter that a model does not take is refused with those that take it", async () => {
    const { ada } = scene();
    const params = { conversationId: await startConversation(ada, { model: "openai/local" }) };
    const model = "anthropic/claude-sonnet-5-5";
    const taking = [`aws/${nova}`, "groq/llama-3.3"];
    const body = { content: "Hello", model, settings: { temperature: 1 } };
    const own = await ada.refused("sendMessage", 400, { params, body });
    expect(own).toMatchObject({ parameter: "temperature", model, models: taking });
    expect(own.errors).toEqual([
      {
        path: "body.settings.temperature",
        message: `is not taken by ${model}; these take it: ${taking.join(", ")}`,
      },
    ]);
    const patch = (change: object) => ({ params, body: change });
    await ada.expect("updateConversation", 200, patch({ settings: { temperature: 1 } }));
    const later = await ada.refused("updateConversation", 400, patch({ model }));
    expect(later.errors?.[0]).toMatchObject({
      path: "body.model",
      message: expect.stringContaining(
        "the conversation has temperature set: send null for it to leave it out",
      ),
    });
    await ada.refused("sendMessage", 400, patch({ content: "Hello", model }));
    await ada.expect("updateConversation", 200, patch({ model, settings: { temperature: null } }));
  });
}
