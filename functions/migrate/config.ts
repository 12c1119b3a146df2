import { storageSettings } from "@parley/data/storage-settings";
import { EMBEDDING_DIMENSIONS, MIGRATIONS_FOLDER } from "@parley/settings/definitions";

/** The environment of the migrations; the database's direct URL comes from `loadDirectDatabaseUrl`. */
export const settings = { MIGRATIONS_FOLDER, EMBEDDING_DIMENSIONS, ...storageSettings };
