import { fileURLToPath } from "node:url";
import { bundleAll } from "@parley/deployment/bundle/bundle-all";
import type { TestProject } from "vitest/node";

/** Bundles the functions that the end-to-end tests are then run on. */
export async function setup(project: TestProject): Promise<void> {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  await bundleAll(root, `${root}${project.config.env?.BUNDLES_DIR}`);
}
