import * as z from "zod";

/** The environment of the documentation's pages: they need none. */
export const configSchema = z.object({});
