import { callersOf } from "@parley/composition/callers";
import { embedderOf } from "@parley/composition/embedder";
import { openDeploymentDatabase } from "@parley/composition/open-deployment-database";
import { expensiveRate } from "@parley/composition/rates";
import { tracedDatabase } from "@parley/composition/traced-database";
import { noteRoutes } from "@parley/contract/routes/notes";
import { isConnectionFailure } from "@parley/data/database-errors";
import { createApi } from "@parley/http/create-api";
import { createEmbeddingQueue } from "@parley/jobs/embedding-queue";
import { readEnvironment } from "@parley/runtime/environment";
import { loadSecrets } from "@parley/runtime/secrets";
import { settings } from "./config.ts";
import { createNote } from "./create-note.ts";
import { deleteNote } from "./delete-note.ts";
import { findSimilarNotes } from "./find-similar-notes.ts";
import { getNote } from "./get-note.ts";
import { listNotes } from "./list-notes.ts";
import { pinNote } from "./pin-note.ts";
import { unpinNote } from "./unpin-note.ts";
import { updateNote } from "./update-note.ts";

const config = readEnvironment(settings);
const database = tracedDatabase(await openDeploymentDatabase());
const embedder = embedderOf(config, await loadSecrets());
const embeddings = createEmbeddingQueue(config.EMBEDDING_QUEUE_URL);

export const handler = createApi({
  routes: noteRoutes,
  operations: {
    listNotes: listNotes(database),
    createNote: createNote(database, embeddings),
    findSimilarNotes: findSimilarNotes({ database, embedder }),
    getNote: getNote(database),
    updateNote: updateNote(database, embeddings),
    deleteNote: deleteNote(database),
    pinNote: pinNote(database),
    unpinNote: unpinNote(database),
  },
  resolveCaller: callersOf(database, config),
  takeExpensive: expensiveRate(database, config),
  apiRatePerSecond: config.API_RATE_PER_SECOND,
  onConnectionError: isConnectionFailure,
});
