import * as z from "zod/mini";
import { timestamp } from "./fields.ts";

export const pushTicket = z
  .object({
    ticket: z.string().check(
      z.meta({
        description: "Goes where a key would: `?token=…` of the WebSocket API",
        example: "ticket_…",
      }),
    ),
    expiresAt: timestamp,
  })
  .register(z.globalRegistry, { id: "PushTicket" });
