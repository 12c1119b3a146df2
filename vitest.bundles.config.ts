import { defineConfig } from "vitest/config";

// What a bundle lacks shows when a function is used for the first time: that is not tried again for each limit and fault.
const others =
  "recovery,refill,limits,idempotency,hostile-input,tenancy,push-expiry,account-deletion,client-package,packed-client,ai-sdk*";

// The end-to-end tests on what Lambda runs. Apart from the others, because they are the same tests again.
export default defineConfig({
  test: {
    name: "bundles",
    environment: "node",
    include: ["tests/e2e/**/*.test.ts"],
    exclude: [`tests/e2e/{${others}}.test.ts`],
    globalSetup: ["tests/e2e/bundles.setup.ts", "tests/e2e/stack.setup.ts"],
    env: { BUNDLES_DIR: "dist/e2e" },
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
});
