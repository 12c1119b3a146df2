import { builtinModules } from "node:module";
import { relative } from "node:path";
import type { Plugin } from "esbuild";

const names = new Set(builtinModules.flatMap((name) => [name, `node:${name}`]));
const namespace = "builtin";
const identifier = /^[A-Za-z_$][\w$]*$/;

const taken = (name: string) => `process.getBuiltinModule(${JSON.stringify(`node:${name}`)})`;

/**
 * For `import`: what is not used of it is left out, and not read, for reading some of Node's exports loads what they
 * are made of, and so does copying them all to a namespace: 2 ms for `node:util`, 1 ms for `node:fs`.
 */
function namedExports(
  name: string,
  isOffered: (property: PropertyDescriptor) => boolean = () => true,
): string {
  const properties = Object.getOwnPropertyDescriptors(process.getBuiltinModule(`node:${name}`) as object);
  const exported = Object.entries<PropertyDescriptor>(properties)
    .filter(
      ([key, property]) =>
        property.enumerable && identifier.test(key) && key !== "default" && isOffered(property),
    )
    .map(([key]) => key);
  return [
    `const builtin = /* @__PURE__ */ ${taken(name)};`,
    "export { builtin as default };",
    ...exported.map((key) => `const of_${key} = /* @__PURE__ */ (() => builtin.${key})();`),
    `export { ${exported.map((key) => `of_${key} as ${key}`).join(", ")} };`,
  ].join("\n");
}

/** For `import()`, of which everything counts as used: what only a getter would load, such as undici, is left out. */
const dynamicExports = (name: string) => namedExports(name, ({ get }) => get === undefined);

const stubs: Readonly<Record<string, (name: string) => string>> = {
  "import-statement": (name) => namedExports(name),
  "dynamic-import": dynamicExports,
};

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
        ? {
            path: path.replace(/^node:/, ""),
            namespace,
            suffix: `?${kind}=${relative(absWorkingDir, importer)}`,
          }
        : undefined,
    );
    build.onLoad({ filter: /.*/, namespace }, ({ path, suffix }) => {
      const stub = stubs[/^\?([^=]*)=/.exec(suffix)?.[1] ?? ""];
      return { contents: stub?.(path) ?? `module.exports = ${taken(path)};`, loader: "js" };
    });
  },
};
