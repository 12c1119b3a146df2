import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { watchSource } from "./watch.ts";

test("a burst of edits to what functions are made of is one change; tests and the stack itself are none", async () => {
  const root = await mkdtemp(join(tmpdir(), "parley-watch-"));
  const files = {
    data: join(root, "packages", "data", "src"),
    local: join(root, "packages", "local", "src"),
    messages: join(root, "functions", "messages"),
  };
  for (const folder of Object.values(files)) await mkdir(folder, { recursive: true });
  const onChange = vi.fn<(file: string) => void>();
  const watcher = await watchSource(root, onChange);
  onTestFinished(async () => {
    watcher.close();
    await rm(root, { recursive: true });
  });

  await writeFile(join(files.local, "stack.ts"), "1");
  await writeFile(join(files.messages, "send.test.ts"), "1");
  await delay(300);
  expect(onChange).not.toHaveBeenCalled();

  await writeFile(join(files.data, "one.ts"), "1");
  await writeFile(join(files.messages, "index.ts"), "1");
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(1));
  await writeFile(join(files.messages, "index.ts"), "2");
  await vi.waitFor(() => expect(onChange).toHaveBeenCalledTimes(2));
  expect(onChange).toHaveBeenLastCalledWith(join(files.messages, "index.ts"));
});
