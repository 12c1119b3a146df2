import { defineConfig } from "vitest/config";

// Busy machines stretch what is over in milliseconds elsewhere; no test has a limit of its own.
const node = {
  environment: "node" as const,
  testTimeout: 120_000,
  hookTimeout: 120_000,
  expect: { poll: { timeout: 30_000 } },
};

// A process for each file would load the same dependencies again: a third of the time of all tests on a database.
const shared = { isolate: false, setupFiles: ["tests/fresh.setup.ts"] };
const quiet = { isolate: false, setupFiles: ["tests/quiet.setup.ts", ...shared.setupFiles] };

export default defineConfig({
  test: {
    // Vitest leaves a processor for its watch mode; half of the tests wait for something.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          ...node,
          name: "unit",
          ...quiet,
          include: ["packages/*/src/**/*.test.ts", "functions/**/*.test.ts"],
          exclude: ["packages/local/**", "**/*.db.test.ts", "**/node_modules/**"],
        },
      },
      {
        test: {
          ...node,
          // The stand-ins: their tests start servers and processes.
          name: "local",
          ...quiet,
          include: ["packages/local/src/**/*.test.ts"],
          exclude: ["**/*.db.test.ts", "**/node_modules/**"],
        },
      },
      {
        test: {
          ...node,
          name: "db",
          ...quiet,
          include: ["packages/*/src/**/*.db.test.ts", "functions/**/*.db.test.ts"],
          exclude: ["**/node_modules/**"],
          globalSetup: "tests/database.setup.ts",
        },
      },
      {
        test: {
          ...node,
          name: "e2e",
          ...shared,
          include: ["tests/e2e/**/*.test.ts"],
          globalSetup: "tests/e2e/stack.setup.ts",
        },
      },
      {
        test: {
          ...node,
          name: "chaos",
          include: ["tests/chaos/**/*.test.ts"],
          globalSetup: "tests/database.setup.ts",
          // The faults are logged by the hundred, as they should be.
          env: { POWERTOOLS_LOG_LEVEL: "SILENT" },
        },
      },
      {
        test: {
          ...node,
          name: "fuzz",
          include: ["tests/fuzz/**/*.test.ts"],
          globalSetup: "tests/e2e/stack.setup.ts",
          testTimeout: 300_000,
        },
      },
      {
        test: {
          ...node,
          name: "infra",
          include: ["infra/**/*.test.ts"],
          exclude: ["**/node_modules/**"],
        },
      },
      {
        test: {
          ...node,
          name: "browser",
          include: ["tests/browser/**/*.test.ts"],
          globalSetup: "tests/e2e/stack.setup.ts",
        },
      },
      { test: { ...node, name: "architecture", include: ["tests/architecture{.test.ts,/**/*.test.ts}"] } },
    ],
  },
});
