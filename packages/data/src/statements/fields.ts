import { jsonFields } from "../drizzle/statement.ts";
import { apiKeys } from "../schema/api-keys.ts";
import { conversations } from "../schema/conversations.ts";
import { messages } from "../schema/messages.ts";
import { notes } from "../schema/notes.ts";
import { replies } from "../schema/replies.ts";
import { systemPrompts } from "../schema/system-prompts.ts";
import { tokenLedger } from "../schema/tokens.ts";
import { users } from "../schema/users.ts";

export const apiKeyFields = jsonFields(apiKeys);
export const conversationFields = jsonFields(conversations);
export const ledgerFields = jsonFields(tokenLedger);
export const messageFields = jsonFields(messages);
export const noteFields = jsonFields(notes);
export const replyFields = jsonFields(replies);
export const systemPromptFields = jsonFields(systemPrompts);
export const userFields = jsonFields(users);
