import { expect, it, vi } from "vitest";
import { ask, ended, startConversation, type User } from "./client.ts";
import { refusals, tryOut } from "./printed-guides.ts";

/** What the model server's `no-usage` has refused before. */
export function testLessons(people: () => { ada: User; eve: User; admin: User }) {
  it("what a server has taught is shown to admins, who can have it asked in full again", async () => {
    const { ada, eve, admin } = people();
    const params = { modelId: "openai/no-usage" };
    await vi.waitFor(async () => {
      expect((await admin.expect("getAdminModel", 200, { params })).learnt?.refused).toEqual(["usage"]);
    });
    const asking = async (attempts: number) => {
      const { reply } = await ask(ada, await startConversation(ada), "refuses please", {
        model: params.modelId,
      });
      expect(await ended(ada, reply.id)).toMatchObject({ status: "completed", attempts });
    };
    await asking(1);
    await eve.refused("getAdminModel", 403, { params });
    await eve.refused("forgetLearnt", 403, { params });
    await admin.refused("forgetLearnt", 404, { params: { modelId: "nobody/model" } });
    for (const _ of ["forgets", "finds nothing to forget"])
      await admin.expect("forgetLearnt", 204, { params });
    const { body, headers } = await admin.send("getAdminModel", { params });
    expect(body).toMatchObject({ source: "settings", learnt: null });
    expect(headers.get("etag")).toBe('"0-2"');
    const { data } = await admin.expect("listAdminActions", 200);
    expect(data.filter(({ action }) => action === "model.unlearnt")).toHaveLength(1);
    await asking(2);
    // What a model learns is no write of an admin's: one who saw it before may write.
    const ifMatch = { headers: { "if-match": '"0-1"' } };
    const price = { kind: "flat", tokens: 1 } as const;
    const written = { contextTokens: 16_384, maxOutputTokens: 4_096, price };
    await admin.expect("writeModel", 200, { params, body: written, ...ifMatch });
    await admin.refused("deleteModel", 412, { params, ...ifMatch });
    await admin.expect("deleteModel", 204, { params });
  });
}

/** The page about models, before anybody has changed any. */
export function testGuide(people: () => { eve: User; admin: User; url: string }) {
  it("what the guide of models prints works in its order, and for an admin alone where it is for admins", async () => {
    const { eve, admin, url } = people();
    const conversationId = await startConversation(admin, { model: "groq/llama-3.3" });
    const things = (user: User) => ({
      API: url,
      JSON: "content-type: application/json",
      AUTH: `authorization: Bearer ${user.token}`,
      CONVERSATION: conversationId,
    });
    // It names models of providers that this deployment lacks: groq's other one, OpenRouter's and Mistral's.
    const lacking = Array.from({ length: 3 }, () => "400 POST/conversations");
    expect(refusals(await tryOut("models", things(admin)))).toEqual(lacking);
    const theirs = refusals(await tryOut("models", things(eve)));
    expect(theirs.filter((line) => line.includes("/admin/"))).toHaveLength(6);
    expect(theirs.filter((line) => line.includes(conversationId))).toHaveLength(2);
  });
}

/** Of what the worker has logged so far. */
export function testLoggedKeys(logged: readonly string[]): void {
  it("the worker's log names the providers that lack their key, and no key", () => {
    const [line = "{}"] = logged.filter((each) => each.includes("providers without their key"));
    expect(JSON.parse(line)).toMatchObject({ level: "ERROR", providers: ["keyless"] });
    expect(logged.join("\n")).not.toMatch(/canary/);
  });
}
