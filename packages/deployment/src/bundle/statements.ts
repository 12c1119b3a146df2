import { readdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Plugin } from "esbuild";

interface Statement {
  ready(): { source: object } | Promise<{ source: object }>;
}

/** What a module of `packages/data/src/statements` exports: statements, those of several shapes, or plain data. */
type Exported = Statement | { readonly usual: readonly { key: string; statement: Statement }[] } | object;

const modules = /\/packages\/data\/src\/statements\/[\w-]+\.ts$/;
/** Of the module as it is written. */
const suffix = "?drizzle";
/** All of them, as they are written. They are one chunk, for what several share would be a file of its own. */
const all = "statements?all";

const textOf = async (statement: Statement) => `() => (${JSON.stringify((await statement.ready()).source)})`;

async function expressionOf(name: string, exported: Exported): Promise<string> {
  if ("usual" in exported) {
    const built = exported.usual.map(
      async ({ key, statement }) => `${JSON.stringify(key)}: ${await textOf(statement)}`,
    );
    const make = `(shape) => ({ ready: async () => (await written()).${name}(shape).ready() })`;
    return `statementsOf({ ${(await Promise.all(built)).join(", ")} }, ${make})`;
  }
  if ("ready" in exported) return `textStatement(${await textOf(exported)})`;
  return JSON.stringify(exported);
}

/**
 * Has the statements of Drizzle's built with the bundle, of which a function then needs the text alone: Drizzle is not
 * loaded before something is asked that has no usual shape. It would take a tenth of a cold start.
 */
export const statementsPlugin: Plugin = {
  name: "statements",
  setup(build) {
    build.onResolve({ filter: /^statements\?all$/ }, ({ resolveDir }) => ({
      path: resolveDir,
      namespace: all,
    }));
    build.onLoad({ filter: /.*/, namespace: all }, async ({ path }) => {
      const files = (await readdir(path)).filter((file) => file.endsWith(".ts"));
      return {
        contents: files.map((file) => `export * as "${file}" from "./${file}${suffix}";`).join("\n"),
        resolveDir: path,
        loader: "js",
      };
    });
    build.onResolve({ filter: /\?drizzle$/ }, ({ path, resolveDir }) => ({
      path: join(resolveDir, path.slice(0, -suffix.length)),
      suffix,
    }));
    build.onLoad({ filter: modules }, async ({ path, suffix: asked }) => {
      if (asked === suffix) return undefined;
      const module = (await import(pathToFileURL(path).href)) as Record<string, Exported>;
      const lines = await Promise.all(
        Object.entries(module).map(
          async ([name, exported]) =>
            `export const ${name} = /* @__PURE__ */ ${await expressionOf(name, exported)};`,
        ),
      );
      return {
        contents: [
          'import { statementsOf, textStatement } from "../statement.ts";',
          `const written = async () => (await import("${all}"))["${basename(path)}"];`,
          ...lines,
        ].join("\n"),
        resolveDir: dirname(path),
        loader: "js",
      };
    });
  },
};
