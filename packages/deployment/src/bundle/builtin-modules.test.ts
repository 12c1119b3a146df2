import { build } from "esbuild";
import { expect, test } from "vitest";
import { builtinModulesPlugin } from "./builtin-modules.ts";

async function bundled(contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    plugins: [builtinModulesPlugin],
    bundle: true,
    format: "esm",
    platform: "node",
    write: false,
  });
  return outputFiles[0]?.text ?? "";
}

async function run(contents: string): Promise<Record<string, unknown>> {
  return import(`data:text/javascript,${encodeURIComponent(await bundled(contents))}`);
}

test("an import gives what Node exports, by name, as the default and as a namespace", async () => {
  const { answer } = await run(`
    import util, { isDeepStrictEqual } from "node:util";
    import * as path from "path";
    import { setTimeout as pause } from "node:timers/promises";
    await pause(1);
    export const answer = [isDeepStrictEqual({ a: 1 }, { a: 1 }), util.types.isDate(new Date()), path.join("a", "b")];`);
  expect(answer).toEqual([true, true, "a/b"]);
});

test("what is not used of a module is not read, and a module that is not used is not asked for", async () => {
  const text = await bundled(`
    import { isDeepStrictEqual } from "node:util";
    import { readFile } from "node:fs/promises";
    console.log(isDeepStrictEqual(1, 1));`);
  expect(text).toContain('getBuiltinModule("node:util")');
  expect(text).not.toContain("parseArgs");
  expect(text).not.toContain("node:fs");
});

test("a require gives the module itself", async () => {
  const { answer } = await run(`export const answer = require("util").isDeepStrictEqual([1], [1]);`);
  expect(answer).toBe(true);
});

test("an import() gives the names too, without what only a getter would load", async () => {
  const { answer } = await run(`
    const http = await import("http");
    export const answer = [typeof http.request, typeof http.default.request, "WebSocket" in http];`);
  expect(answer).toEqual(["function", "function", false]);
});
