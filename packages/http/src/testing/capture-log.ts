import { afterEach, beforeEach, vi } from "vitest";

/** Keeps what the logger writes out of the test's output; gives the lines of the current test. */
export function captureLog(): () => string[] {
  let lines: string[] = [];
  beforeEach(() => {
    lines = [];
    const capture = (chunk: unknown): boolean => {
      lines.push(String(chunk));
      return true;
    };
    vi.spyOn(process.stdout, "write").mockImplementation(capture);
    vi.spyOn(process.stderr, "write").mockImplementation(capture);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  return () => lines;
}
