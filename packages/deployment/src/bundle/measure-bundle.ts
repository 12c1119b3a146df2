import { basename } from "node:path";
import type { Metafile } from "esbuild";
import { entryName } from "./bundle-function.ts";

export interface BundleSize {
  /** Bytes that Lambda loads before the handler can run: the entry and all it imports statically. */
  readonly eagerBytes: number;
  /** Bytes of all code, what is loaded when needed included. */
  readonly totalBytes: number;
}

type Outputs = Metafile["outputs"];

/** The outputs that importing the entry loads. */
function eagerOutputs(outputs: Outputs): string[] {
  const entry = Object.keys(outputs).find(
    (path) => basename(path) === entryName && outputs[path]?.entryPoint !== undefined,
  );
  if (entry === undefined) throw new Error(`The bundle has no ${entryName}.`);
  const reached = new Set([entry]);
  for (const path of reached) {
    for (const imported of outputs[path]?.imports ?? []) {
      if (imported.kind === "import-statement" && imported.path in outputs) reached.add(imported.path);
    }
  }
  return [...reached];
}

/** Sizes of a bundle's code, without its source maps. */
export function measureBundle({ outputs }: Metafile): BundleSize {
  const sum = (paths: string[]) => paths.reduce((bytes, path) => bytes + (outputs[path]?.bytes ?? 0), 0);
  return {
    eagerBytes: sum(eagerOutputs(outputs)),
    totalBytes: sum(Object.keys(outputs).filter((path) => path.endsWith(".mjs"))),
  };
}

/** The largest inputs of a bundle's eager part, as npm packages or workspace folders: what to look at when it grows. */
export function heaviestInputs({ outputs }: Metafile, count: number): string[] {
  const bytes = new Map<string, number>();
  for (const path of eagerOutputs(outputs)) {
    for (const [input, { bytesInOutput }] of Object.entries(outputs[path]?.inputs ?? {})) {
      const owner = packageOf(input);
      bytes.set(owner, (bytes.get(owner) ?? 0) + bytesInOutput);
    }
  }
  return [...bytes]
    .toSorted(([, left], [, right]) => right - left)
    .slice(0, count)
    .map(([owner, size]) => `${owner} ${Math.round(size / 1000)} KB`);
}

function packageOf(input: string): string {
  const inNodeModules = /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(input)?.[1];
  return inNodeModules ?? /^(?:packages|functions)\/[^/]+/.exec(input)?.[0] ?? input;
}
