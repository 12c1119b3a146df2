import { init } from "@paralleldrive/cuid2";

/** A new cuid2 key of 24 characters. */
export const newId: () => string = init({ length: 24 });
