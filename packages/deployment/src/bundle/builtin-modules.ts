import { builtinModules } from "node:module";
import { relative } from "node:path";
import type { Plugin } from "esbuild";

const names = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
const namespace = "builtin";

/**
 * Takes Node's own modules from `process.getBuiltinModule`. An ESM bundle that imports `node:http` by name makes Node
 * read every export of it, and one of them loads undici: 43 ms of a cold start. Each importer has a stub of its own,
 * for one that several share would become a file of its own.
 */
export const builtinModulesPlugin: Plugin = {
  name: "builtin-modules",
  setup(build) {
    const { absWorkingDir = "" } = build.initialOptions;
    build.onResolve({ filter: /^(?:node:)?[a-z_]+(?:\/[a-z_]+)*$/ }, ({ path, kind, importer }) =>
      names.has(path) && kind !== "entry-point"
        ? { path: path.replace(/^node:/, ""), namespace, suffix: `?${relative(absWorkingDir, importer)}` }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(`node:${path}`)});`,
      loader: "js",
    }));
  },
};
