import { embeddingSettings } from "@parley/application/embedding";
import * as z from "zod";

/** The environment of the embedder; the key and the database's URL come from `loadSecrets`. */
export const configSchema = z.object(embeddingSettings);
