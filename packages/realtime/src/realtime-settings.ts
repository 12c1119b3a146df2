import * as z from "zod";

/** Of every function that tells listeners. */
export const realtimeSettings = {
  /** Of the WebSocket API's stage, for sending to its connections; without it nothing is sent. */
  WEBSOCKET_CALLBACK_URL: z.url().optional(),
};
