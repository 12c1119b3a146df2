import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BuildOptions, build, type Metafile } from "esbuild";
import { addFiles } from "./add-files.ts";
import { builtinModulesPlugin } from "./builtin-modules.ts";

export interface BundleOptions {
  /** The folder that holds `functions/` and `migrations/`. */
  readonly root: string;
  /** The folder in `functions/`. */
  readonly name: string;
  /** Where the bundle goes; what is there is removed. */
  readonly outputFolder: string;
}

export const entryName = "index.mjs";
// What esbuild leaves of a `require` that it cannot resolve while bundling.
const unresolvedRequire = 'Dynamic require of "';
/** For CommonJS in a bundle that requires what is not known while bundling; every file has it, few ever call it. */
export const createRequireBanner =
  'const require = (name) => process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);';

/** What every bundle of functions is like. */
export const bundling = {
  chunkNames: "chunks/[name]-[hash]",
  outExtension: { ".js": ".mjs" },
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node24",
  // `module` before `main`: the AWS SDK's ES modules are a third smaller, for what is not used is left out.
  mainFields: ["module", "main"],
  conditions: ["module"],
  legalComments: "none",
} satisfies BuildOptions;

function buildOptions({ root, name, outputFolder }: BundleOptions): BuildOptions {
  return {
    ...bundling,
    absWorkingDir: root,
    entryPoints: { index: join("functions", name, "index.ts") },
    outdir: outputFolder,
    entryNames: "[name]",
    minify: true,
    sourcemap: "linked",
    sourcesContent: false,
    metafile: true,
    logLevel: "warning",
    plugins: [builtinModulesPlugin],
  };
}

async function bundle(options: BuildOptions) {
  const attempt = (change: BuildOptions = {}) =>
    build({ ...options, ...change, metafile: true, write: false });
  const first = await attempt();
  const needsRequire = first.outputFiles.some(({ text }) => text.includes(unresolvedRequire));
  return needsRequire ? attempt({ banner: { js: createRequireBanner } }) : first;
}

/**
 * Bundles one function as Lambda runs it: `index.mjs`, and under `chunks/` what is only loaded when it is needed.
 * @returns esbuild's account of what went in and where it came out
 */
export async function bundleFunction(options: BundleOptions): Promise<Metafile> {
  const { root, name, outputFolder } = options;
  const { outputFiles, metafile } = await bundle(buildOptions(options));
  await rm(outputFolder, { recursive: true, force: true });
  for (const { path, contents } of outputFiles) {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, contents);
  }
  await addFiles({ root, name, outputFolder });
  return metafile;
}
