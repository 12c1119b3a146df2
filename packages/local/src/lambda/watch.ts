import { watch } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

const settleMillis = 100;

async function sourceFolders(root: string): Promise<string[]> {
  const packages = await readdir(join(root, "packages"));
  const functions = await readdir(join(root, "functions"), { withFileTypes: true });
  return [
    // The stack itself does not restart.
    ...packages.filter((name) => name !== "local").map((name) => join(root, "packages", name, "src")),
    ...functions
      .filter((entry) => entry.isDirectory() && entry.name !== "node_modules")
      .map(({ name }) => join(root, "functions", name)),
  ];
}

/**
 * Calls `onChange` once after each burst of edits to what the functions are made of.
 * @param root of the repository
 */
export async function watchSource(
  root: string,
  onChange: (file: string) => void,
): Promise<{ close(): void }> {
  let timer: NodeJS.Timeout | undefined;
  const folders = await sourceFolders(root);
  const watchers = folders.map((folder) =>
    watch(folder, { recursive: true }, (_kind, file) => {
      if (file === null || !/\.(?:tsx?|css)$/.test(file) || file.endsWith(".test.ts")) return;
      clearTimeout(timer);
      timer = setTimeout(onChange, settleMillis, join(folder, file));
    }),
  );
  // A folder that is removed, or a system out of watches, costs the restart and not the stack.
  for (const watcher of watchers) watcher.on("error", () => watcher.close());
  return {
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers) watcher.close();
    },
  };
}
