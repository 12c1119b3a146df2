import { mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { build, type Metafile } from "esbuild";

/** What the first view loads, and what it may, in bytes after gzip. */
export interface PageSize {
  readonly kind: "JS" | "CSS";
  readonly bytes: number;
  readonly budgetBytes: number;
}

const sources = {
  script: "packages/web/src/main.tsx",
  style: "packages/web/src/styles/page.css",
  icon: "packages/web/src/icon.svg",
};

const budgets = { JS: 45_000, CSS: 8_000 };

/** The entry and what it imports at once, as paths of the outputs. */
function eagerScripts({ outputs }: Metafile, entry: string): string[] {
  const found = new Set<string>();
  const visit = (path: string) => {
    if (found.has(path)) return;
    found.add(path);
    for (const { path: next, kind } of outputs[path]?.imports ?? []) {
      if (kind === "import-statement") visit(next);
    }
  };
  visit(entry);
  return [...found];
}

function outputOf({ outputs }: Metafile, source: string): string {
  const found = Object.entries(outputs).find(([, output]) => output.entryPoint === source);
  if (found === undefined) throw new Error(`${source} has no output.`);
  return found[0];
}

const place = (path: string) => `/console/${basename(path)}`;

/**
 * Builds the console's page into a folder: `index.html`, and the files that it names by a hash of their
 * content, each of them once more as `.br`.
 * @throws esbuild's error
 */
export async function buildPage(root: string, outputFolder: string): Promise<PageSize[]> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: root,
    entryPoints: Object.values(sources),
    outdir: outputFolder,
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    loader: { ".svg": "copy" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    minify: true,
    legalComments: "none",
    metafile: true,
    write: false,
    logLevel: "silent",
  });
  await mkdir(outputFolder, { recursive: true });
  for (const { path, contents } of outputFiles) {
    await writeFile(path, contents);
    // Packed here and not when it is asked for: it takes long, and packs a fifth better than gzip.
    await writeFile(`${path}.br`, brotliCompressSync(contents));
  }

  const script = outputOf(metafile, sources.script);
  const style = outputOf(metafile, sources.style);
  const scripts = eagerScripts(metafile, script);
  const template = await readFile(join(root, "packages/web/index.html"), "utf8");
  const preloads = scripts.slice(1).map((path) => `<link rel="modulepreload" href="${place(path)}">\n`);
  const names: Record<string, string> = {
    icon: place(outputOf(metafile, sources.icon)),
    style: place(style),
    script: place(script),
    preloads: preloads.join(""),
  };
  const html = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? "");
  await writeFile(join(outputFolder, "index.html"), html);

  const packedBytes = (paths: readonly string[]) =>
    outputFiles
      .filter(({ path }) => paths.some((one) => basename(one) === basename(path)))
      .reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
  return [
    { kind: "JS", bytes: packedBytes(scripts), budgetBytes: budgets.JS },
    { kind: "CSS", bytes: packedBytes([style]), budgetBytes: budgets.CSS },
  ];
}
