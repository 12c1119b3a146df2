import { vi } from "vitest";

// The test files of a worker share one process: none sees what another left behind.
vi.useRealTimers();
vi.restoreAllMocks();
vi.unstubAllEnvs();
vi.resetModules();
