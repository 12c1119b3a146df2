// What talks to the server, as one module: loaded in one file, when it is needed.
export { drizzle } from "drizzle-orm/postgres-js";
export { default as postgres } from "postgres";
export { ownSockets } from "./own-sockets.ts";
