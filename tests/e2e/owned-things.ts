import type { Route } from "@parley/contract/route";
import { allRoutes } from "@parley/contract/routes/all";
import { ask, type OperationName, startConversation, type User } from "./client.ts";

/** A well-formed id of nothing. */
export const unknownId = "zzzzzzzzzzzzzzzzzzzzzzzz";

export interface UserRoute {
  name: OperationName;
  route: Route;
  /** The ids in its path. */
  ids: readonly string[];
}

/** Every route of signed-in users; those of admins name other users' things on purpose. */
export const userRoutes: readonly UserRoute[] = Object.entries(allRoutes as Record<string, Route>)
  .filter(([, { auth, path }]) => auth === "user" && !path.startsWith("/v1/admin/"))
  .map(([name, route]) => ({
    name: name as OperationName,
    route,
    ids: [...route.path.matchAll(/\{(\w+)\}/g)].map(([, id]) => String(id)),
  }));

/** A valid body of each operation that names something by its path and must have one. */
const bodies: Partial<Record<OperationName, object>> = {
  updateConversation: { title: "Mine now" },
  forkConversation: { messageId: unknownId },
  sendMessage: { content: "Mine now" },
  editMessage: { content: "Mine now" },
  rateAnswer: { rating: "up" },
  estimateReply: { content: "Mine now" },
  updateNote: { content: "Mine now" },
  updateSystemPrompt: { content: "Mine now" },
};

export function validBody({ name, route }: UserRoute): { body?: object } {
  return route.body === undefined ? {} : { body: bodies[name] ?? {} };
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/** Makes what a path names, each thing once: a function from names such as `messageId` to ids of this user's. */
export function thingsOf(user: User) {
  const chat = once(async () => {
    const conversationId = await startConversation(user, { model: "scripted/slow" });
    const { message, reply } = await ask(user, conversationId, "A secret");
    return { conversationId, messageId: message.id, replyId: reply.id };
  });
  const makers: Record<string, () => Promise<string>> = {
    conversationId: async () => (await chat()).conversationId,
    messageId: async () => (await chat()).messageId,
    replyId: async () => (await chat()).replyId,
    apiKeyId: once(async () => (await user.expect("createApiKey", 201, { body: { name: "Secret" } })).id),
    noteId: once(async () => (await user.expect("createNote", 201, { body: { content: "A secret" } })).id),
    systemPromptId: once(async () => {
      const body = { name: "Secret", content: "A secret" };
      return (await user.expect("createSystemPrompt", 201, { body })).id;
    }),
  };
  return async (name: string): Promise<string> => {
    const make = makers[name];
    if (make === undefined) throw new Error(`owned-things.ts does not know how to make a ${name}.`);
    return make();
  };
}
