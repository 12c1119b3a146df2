import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "postgresql",
  schema: "packages/data/src/schema/*.ts",
  out: "migrations",
});
