import { defineConfig } from "vitest/config";

// The end-to-end tests on what Lambda runs, as `pnpm test` has them. The project `e2e` has them on the local stack's own
// build, which a single file need not wait for.
export default defineConfig({
  test: {
    name: "bundles",
    environment: "node",
    include: ["tests/e2e/**/*.test.ts"],
    globalSetup: ["tests/e2e/bundles.setup.ts", "tests/e2e/stack.setup.ts"],
    setupFiles: "tests/fresh.setup.ts",
    env: { BUNDLES_DIR: "dist/e2e" },
    maxWorkers: "100%",
    isolate: false,
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
