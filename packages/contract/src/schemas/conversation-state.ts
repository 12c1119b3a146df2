import * as z from "zod/mini";

// Apart from the conversation's other fields, for every function that tells listeners loads these.

export const titleSource = z.enum(["user", "first_message", "model"]);

export const conversationStatus = z.enum(["active", "archived", "deleted"]);
