import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { briefLine, createFunctionLog } from "./function-log.ts";

test.each([
  ['{"level":"INFO","message":"request"}', undefined],
  ['{"level":"WARN","message":"job failed"}', "messages: WARN job failed"],
  [
    '{"level":"ERROR","message":"request failed","error":{"name":"PostgresError","code":"23505"}}',
    "messages: ERROR request failed (PostgresError 23505)",
  ],
  ['{"level":"ERROR", not JSON', undefined],
  ["TypeError: x is not a function", "messages: TypeError: x is not a function"],
  ["    at file:///x.ts:1:1", undefined],
])("%s is shown as %s", (line, shown) => {
  expect(briefLine("messages", line)).toBe(shown);
});

test("every line is in the file", async () => {
  const folder = await mkdtemp(join(tmpdir(), "parley-log-"));
  const log = createFunctionLog(folder);
  log.write("ops", "one");
  log.write("messages", "two");
  await log.close();
  expect(await readFile(log.file, "utf8")).toBe("ops one\nmessages two\n");
  await rm(folder, { recursive: true });
});
