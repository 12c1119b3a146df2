import { PGlite } from "@electric-sql/pglite";
import { vector } from "@electric-sql/pglite-pgvector";
import { PGLiteSocketServer } from "@electric-sql/pglite-socket";
import { type Database, openDatabase } from "../database.ts";
import { migrate } from "../migrate.ts";

export interface VectorDatabase {
  url: string;
  database: Database;
  /** Runs a query, for making rows and for looking behind the functions. */
  rows<T>(text: string): Promise<T[]>;
  close(): Promise<void>;
}

/**
 * A migrated Postgres with pgvector, and without trigrams, which the embedded one is not. All connections share one
 * session, query by query: nothing about locks can be tested on it.
 */
export async function openVectorDatabase(dimensions: number, maxConnections = 1): Promise<VectorDatabase> {
  const postgres = await PGlite.create({ extensions: { vector } });
  const server = new PGLiteSocketServer({ db: postgres, host: "127.0.0.1", port: 0, maxConnections });
  await server.start();
  const url = `postgres://postgres@${server.getServerConn()}/postgres`;
  await migrate(url, undefined, dimensions);
  const database = openDatabase(url);
  return {
    url,
    database,
    rows: async <T>(text: string) => [...(await database.run(async ({ orm }) => orm.execute(text)))] as T[],
    async close() {
      await database.close();
      await server.stop();
      await postgres.close();
    },
  };
}

/** A user with a conversation of the same id, by plain SQL: `sendMessage` would ask for a model. */
export async function addOwner({ rows }: VectorDatabase, id: string): Promise<void> {
  await rows(`insert into users (id, cognito_sub) values ('${id}', '${id}')`);
  await rows(`insert into conversations (id, owner_id) values ('${id}', '${id}')`);
}

/** A message of the owner's that nobody answers. */
export async function addMessage(
  { rows }: VectorDatabase,
  ownerId: string,
  id: string,
  content: string,
): Promise<void> {
  await rows(`insert into messages (id, owner_id, conversation_id, position, role, content) select '${id}',
    '${ownerId}', '${ownerId}', count(*) + 1, 'assistant', '${content}' from messages where owner_id = '${ownerId}'`);
}
