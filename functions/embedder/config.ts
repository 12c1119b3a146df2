import { embeddingSettings } from "@parley/composition/settings";

/** The environment of the embedder; the key and the database's URL come from `loadSecrets`. */
export const settings = { ...embeddingSettings };
