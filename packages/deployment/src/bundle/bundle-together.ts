import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { type BuildOptions, context, stop } from "esbuild";
import { addFiles } from "./add-files.ts";
import { builtinModulesPlugin } from "./builtin-modules.ts";
import { bundling, createRequireBanner } from "./bundle-function.ts";

export interface TogetherOptions {
  /** The repository. */
  readonly root: string;
  /** Source files below `root`, by the name of what they become, without its `.mjs`. */
  readonly entries: Readonly<Record<string, string>>;
  /** Where they go, with what they share; what is there is removed. */
  readonly outputFolder: string;
}

/** Programs that were built in one go and can be built again after an edit. */
export interface BuiltTogether {
  /** Environments that have begun with the code of before can go on. @throws esbuild's error */
  rebuild(): Promise<void>;
  /** No rebuild comes after it. */
  dispose(): Promise<void>;
}

function optionsFor({ root, entries, outputFolder }: TogetherOptions): BuildOptions {
  return {
    ...bundling,
    absWorkingDir: root,
    entryPoints: { ...entries },
    outdir: outputFolder,
    // Read by people, in stack traces.
    minify: false,
    banner: { js: createRequireBanner },
    plugins: [builtinModulesPlugin],
    write: false,
    logLevel: "silent",
  };
}

/** What functions read beside their code. */
async function addAllFiles({ root, entries, outputFolder }: TogetherOptions): Promise<void> {
  const functions = Object.keys(entries).filter((name) => name.endsWith("/index"));
  await Promise.all(
    functions.map((name) =>
      addFiles({ root, name: dirname(name), outputFolder: join(outputFolder, dirname(name)) }),
    ),
  );
}

/**
 * Bundles functions for environments on this machine: in one build, which reads what they share once and takes a
 * tenth of the time of a build for each.
 * @throws esbuild's error when one of them does not bundle
 */
export async function bundleTogether(options: TogetherOptions): Promise<BuiltTogether> {
  const builder = await context(optionsFor(options));
  const entryFiles = new Set(
    Object.keys(options.entries).map((name) => join(options.outputFolder, `${name}.mjs`)),
  );

  async function rebuild(): Promise<void> {
    const [{ outputFiles = [] }] = await Promise.all([builder.rebuild(), addAllFiles(options)]);
    // The entries last: whoever starts meanwhile finds all that its entry imports.
    const files = outputFiles.toSorted(
      (left, right) => Number(entryFiles.has(left.path)) - Number(entryFiles.has(right.path)),
    );
    for (const { path, contents } of files) {
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, contents);
    }
  }

  try {
    await rm(options.outputFolder, { recursive: true, force: true });
    await rebuild();
  } catch (error) {
    await builder.dispose();
    throw error;
  }
  return {
    rebuild,
    dispose: async () => {
      await builder.dispose();
      // Its process keeps what it has read, several hundred megabytes; a later build starts another.
      await stop();
    },
  };
}
