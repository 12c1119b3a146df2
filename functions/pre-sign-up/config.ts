import * as z from "zod";

/** The environment of the trigger. */
export const configSchema = z.object({
  /** Domains of e-mail addresses that may sign up, separated by commas. Without it only invited people get in. */
  ALLOWED_DOMAINS: z
    .string()
    .default("")
    .transform((list) =>
      list
        .split(",")
        .map((domain) => domain.trim().toLowerCase())
        .filter((domain) => domain !== ""),
    ),
});
