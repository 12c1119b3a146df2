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

const sourceOf = async (statement: Statement) => (await statement.ready()).source;

async function expressionOf(name: string, exported: Exported): Promise<string> {
  if ("usual" in exported) {
    const built = exported.usual.map(async ({ key, statement }) => [key, await sourceOf(statement)]);
    const others = `(shape) => ({ ready: async () => (await others()).${name}(shape).ready() })`;
    return `statementsOf(${JSON.stringify(Object.fromEntries(await Promise.all(built)))}, ${others})`;
  }
  if ("ready" in exported) return `textStatement(${JSON.stringify(await sourceOf(exported))})`;
  return JSON.stringify(exported);
}

/**
 * Has the statements of Drizzle's built with the bundle, of which a function then needs the text alone: Drizzle is not
 * loaded before something is asked that has no usual shape. It would take a tenth of a cold start.
 */
export const statementsPlugin: Plugin = {
  name: "statements",
  setup(build) {
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
          `const others = () => import("./${basename(path)}${suffix}");`,
          ...lines,
        ].join("\n"),
        resolveDir: dirname(path),
        loader: "js",
      };
    });
  },
};
