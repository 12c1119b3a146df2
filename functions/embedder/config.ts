import { embeddingSettings } from "@parley/composition/settings";
import * as z from "zod";

/** The environment of the embedder; the key and the database's URL come from `loadSecrets`. */
export const configSchema = z.object(embeddingSettings);
