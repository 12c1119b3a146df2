import { defineConfig } from "vitest/config";

// The end-to-end tests on what Lambda runs. Apart from the others, because they are the same tests again.
export default defineConfig({
  test: {
    name: "bundles",
    environment: "node",
    include: ["tests/e2e/**/*.test.ts"],
    globalSetup: ["tests/e2e/bundles.setup.ts", "tests/e2e/stack.setup.ts"],
    env: { BUNDLES_DIR: "dist/e2e" },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
