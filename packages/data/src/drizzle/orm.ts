export { drizzle } from "drizzle-orm/postgres-js";
