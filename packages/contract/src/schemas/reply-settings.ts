import * as z from "zod/mini";

const longestLimit = 10_000_000;

const temperature = z
  .number()
  .check(z.minimum(0), z.maximum(2), z.meta({ description: "0 to 2: how freely it chooses its words" }));
const topP = z
  .number()
  .check(z.minimum(0), z.maximum(1), z.meta({ description: "0 to 1: the share of likely words it takes" }));
const maxOutputTokens = z
  .int()
  .check(
    z.minimum(1),
    z.maximum(longestLimit),
    z.meta({ description: "What it thinks included; of more than the model writes, that is the limit" }),
  );
const reasoningEffort = z.enum(["none", "low", "medium", "high"]);
const stop = z
  .array(z.string().check(z.minLength(1), z.maxLength(256)))
  .check(
    z.minLength(1),
    z.maxLength(4),
    z.meta({ description: "Texts before which the answer ends", example: ["\n\nUser:"] }),
  );

/** What models are asked with; each key is a parameter that a model takes or does not. */
export const replySettings = z
  .object({
    temperature: z.optional(temperature),
    topP: z.optional(topP),
    maxOutputTokens: z.optional(maxOutputTokens),
    reasoningEffort: z.optional(reasoningEffort),
    stop: z.optional(stop),
  })
  .register(z.globalRegistry, { id: "ReplySettings", description: "What is not there is up to the model" });

export type ReplySettings = z.infer<typeof replySettings>;

/** Changes of them, key by key. */
export const settingsChange = z
  .strictObject({
    temperature: z.optional(z.nullable(temperature)),
    topP: z.optional(z.nullable(topP)),
    maxOutputTokens: z.optional(z.nullable(maxOutputTokens)),
    reasoningEffort: z.optional(z.nullable(reasoningEffort)),
    stop: z.optional(z.nullable(stop)),
  })
  .register(z.globalRegistry, {
    id: "SettingsChange",
    description: "Key by key: null takes one away, and what is left out stays as it is",
    example: { temperature: 0.2, maxOutputTokens: 500 },
  });

export type SettingsChange = z.infer<typeof settingsChange>;
