import { allRoutes } from "@parley/contract/routes/all";
import type { SecretValues } from "@parley/deployment/deploy/secret-values";
import type { Secrets } from "@parley/runtime/secrets";
import { describe, expect, expectTypeOf, it } from "vitest";
import { fileSizes, fileViolations, functionViolations } from "./architecture/file-rules.ts";
import { importViolations, undeclaredImports } from "./architecture/import-rules.ts";
import { readManifests, readSources } from "./architecture/read-tree.ts";
import type { SourceFile, Violation } from "./architecture/source-file.ts";

const sources = await readSources();

describe("the house", () => {
  it("has sources to look at", () => {
    expect(sources.length).toBeGreaterThan(50);
  });

  it("imports only what architecture.md allows", () => {
    expect(importViolations(sources)).toEqual([]);
  });

  it("declares what it imports", async () => {
    expect(undeclaredImports(sources, await readManifests(sources))).toEqual([]);
  });

  it("keeps its files short, well named and off the environment", () => {
    expect(fileViolations(sources)).toEqual([]);
  });

  it("has small files: median at most 60 lines, nine of ten at most 150", () => {
    const { median, p90 } = fileSizes(sources);
    expect(median).toBeLessThanOrEqual(60);
    expect(p90).toBeLessThanOrEqual(150);
  });

  it("reads of the secret what the deployment writes", () => {
    expectTypeOf<keyof SecretValues>().toEqualTypeOf<keyof Secrets>();
  });

  it("serves every route of the contract in the function it names", () => {
    expect(functionViolations(sources, allRoutes)).toEqual([]);
  });
});

const rulesOf = (violations: Violation[]) => violations.map(({ rule }) => rule);
const importing = (path: string, specifier: string, keyword = "import { x }"): SourceFile => ({
  path,
  text: `${keyword} from "${specifier}";\n`,
});

describe("an import is found", () => {
  const specifier = "@parley/data/messages";
  it.each([
    ["static", `import { a } from "${specifier}";`],
    ["over several lines", `import {\n  a,\n  b,\n} from '${specifier}';`],
    ["for its side effects", `import "${specifier}";`],
    ["exported again", `export { a } from "${specifier}";`],
    ["exported whole", `export * from "${specifier}";`],
    ["dynamic", `const a = await import("${specifier}");`],
    ["dynamic, on its own line", `const a = await import(\n  "${specifier}"\n);`],
    ["a type", `import type { A } from "${specifier}";`],
    ["a type in place", `type A = typeof import("${specifier}");`],
    ["mocked", `vi.mock("${specifier}");`],
    ["after another import", `import { a } from "zod/mini";\nimport { b } from "${specifier}";`],
  ])("%s", (_, text) => {
    expect(rulesOf(importViolations([{ path: "packages/llm/src/a.ts", text }]))).toEqual([
      "who may import whom",
    ]);
  });

  it("but not in a comment", () => {
    const text = `// import { a } from "${specifier}";\n/* import "${specifier}"; */\n`;
    expect(importViolations([{ path: "packages/llm/src/a.ts", text }])).toEqual([]);
  });
});

describe("who may import whom", () => {
  it.each([
    ["packages/contract/src/a.ts", "@parley/runtime/logger"],
    ["packages/runtime/src/a.ts", "@parley/contract/problem"],
    ["packages/data/src/a.ts", "@parley/contract/problem"],
    ["packages/llm/src/a.ts", "@parley/data/messages"],
    ["packages/http/src/a.ts", "@parley/data/users"],
    ["packages/cache/src/a.ts", "@parley/llm/models"],
    ["packages/jobs/src/a.ts", "@parley/http/problem"],
    ["packages/local/src/a.ts", "@parley/infra/app"],
    ["packages/local/src/a.ts", "@parley/sending/models"],
    ["packages/http/src/a.ts", "@parley/sending/models"],
    ["packages/sending/src/a.ts", "@parley/local/stack"],
    ["packages/composition/src/a.ts", "@parley/sending/models"],
    ["packages/unheard-of/src/a.ts", "@parley/contract/problem"],
    ["functions/messages/index.ts", "@parley/local/stack"],
    ["functions/messages/a/b.ts", "@parley/local/stack"],
    ["functions/docs/index.ts", "@parley/openapi/document"],
    ["packages/web/src/a.tsx", "@parley/contract/routes/all"],
    ["infra/app.ts", "@parley/runtime/logger"],
  ])("forbids %s to import %s", (path, specifier) => {
    expect(rulesOf(importViolations([importing(path, specifier)]))).toContain("who may import whom");
  });

  it.each([
    ["packages/http/src/a.ts", "@parley/contract/problem"],
    ["packages/data/src/a.db.test.ts", "@parley/embedded-postgres/test-database"],
    ["packages/local/src/a.ts", "@parley/data/migrate"],
    ["packages/sending/src/a.ts", "@parley/llm/models"],
    ["functions/messages/index.ts", "@parley/sending/models"],
    ["functions/messages/index.ts", "@parley/llm/models"],
    ["functions/messages/index.ts", "./send-message.ts"],
    ["functions/reply-worker/index.ts", "@parley/llm/providers"],
    ["infra/app.ts", "@parley/contract/routes/all"],
    ["scripts/dev.ts", "@parley/local/stack"],
    ["tests/e2e/a.test.ts", "@parley/local/stack"],
    ["packages/data/src/schema/a.ts", "../ids.ts"],
  ])("lets %s import %s", (path, specifier) => {
    expect(importViolations([importing(path, specifier)])).toEqual([]);
  });

  it.each([
    ["functions/messages/index.ts", "../replies/get-reply.ts"],
    ["functions/messages/a.test.ts", "../replies/get-reply.ts"],
    ["packages/http/src/a.ts", "../../data/src/users.ts"],
    ["packages/http/src/a.ts", "../../../functions/ops/index.ts"],
    ["infra/app.ts", "../functions/ops/config.ts"],
    ["packages/local/src/a.ts", "../../../infra/app.ts"],
  ])("keeps %s from reaching over to %s", (path, specifier) => {
    expect(rulesOf(importViolations([importing(path, specifier)]))).toEqual(["rooms"]);
  });

  it("lets infra read the type of a function's settings", () => {
    const file = importing("infra/app.ts", "../functions/ops/config.ts", "import type { Config }");
    expect(importViolations([file])).toEqual([]);
  });

  it.each(["providers", "providers/openai/provider"])("leaves llm/%s to reply-worker", (module) => {
    const file = importing("functions/messages/index.ts", `@parley/llm/${module}`);
    expect(rulesOf(importViolations([file]))).toEqual(["providers"]);
  });

  it("leaves them to nobody else, sending included", () => {
    const file = importing("packages/sending/src/a.ts", "@parley/llm/providers");
    expect(rulesOf(importViolations([file]))).toEqual(["providers"]);
  });

  it.each(["node:crypto", "@aws-sdk/client-sqs", "vitest"])("keeps %s out of contract", (specifier) => {
    expect(rulesOf(importViolations([importing("packages/contract/src/a.ts", specifier)]))).toEqual([
      "zod/mini alone",
    ]);
  });

  it("writes every schema with zod/mini", () => {
    expect(rulesOf(importViolations([importing("packages/http/src/a.ts", "zod")]))).toEqual(["zod/mini"]);
  });

  it("keeps what is made for tests out of production", () => {
    const file = importing("functions/ops/index.ts", "@parley/http/testing/send");
    expect(rulesOf(importViolations([file]))).toEqual(["testing"]);
  });
});

describe("declared dependencies", () => {
  const manifests = new Map([
    [
      "packages/http",
      {
        dependencies: { "@parley/contract": "workspace:*" },
        devDependencies: { "@parley/local": "workspace:*" },
      },
    ],
  ]);
  it.each([
    ["packages/http/src/a.ts", "@parley/contract/problem", 0],
    ["packages/http/src/a.ts", "@parley/runtime/logger", 1],
    ["packages/http/src/a.ts", "@parley/local/stack", 1],
    ["packages/http/src/a.test.ts", "@parley/local/stack", 0],
    ["packages/cache/src/a.ts", "@parley/contract/problem", 1],
  ])("%s importing %s has %i violations", (path, specifier, count) => {
    expect(undeclaredImports([importing(path, specifier)], manifests)).toHaveLength(count);
  });
});

describe("a file", () => {
  const environment = ["process", "env"].join(".");
  it.each<[string, SourceFile]>([
    ["environment", { path: "packages/http/src/a.ts", text: `const a = ${environment}.A;` }],
    ["environment", { path: "functions/ops/config.ts", text: `const { A } = ${environment};` }],
    ["length", { path: "packages/http/src/a.ts", text: "a;\n".repeat(301) }],
    ["default export", { path: "packages/http/src/a.ts", text: `export ${"default"} 1;` }],
    [
      "default export",
      { path: "packages/http/src/a.ts", text: `const a = 1;\nexport { a as ${"default"} };` },
    ],
    ["name", { path: "packages/http/src/utils.ts", text: "" }],
    ["name", { path: "packages/http/src/helpers/text.ts", text: "" }],
    ["name", { path: "functions/ops/common.test.ts", text: "" }],
  ])("breaks the rule of %s: %o", (rule, file) => {
    expect(rulesOf(fileViolations([file]))).toEqual([rule]);
  });

  it("counts its lines", () => {
    const files = [1, 2, 3, 4, 100].map((lines) => ({ path: "a.ts", text: "a;\n".repeat(lines) }));
    expect(fileSizes(files)).toEqual({ median: 3, p90: 100 });
  });

  it.each<SourceFile>([
    { path: "packages/runtime/src/environment.ts", text: `${environment}.A` },
    { path: "functions/ops/a.test.ts", text: `${environment}.A` },
    { path: "vitest.config.ts", text: `export ${"default"} 1;` },
    { path: "packages/http/src/a.ts", text: "a;\n".repeat(300) },
    { path: "packages/http/src/commonmark.ts", text: "" },
  ])("is as it should be: $path", (file) => {
    expect(fileViolations([file])).toEqual([]);
  });
});

describe("functions", () => {
  const routes = { getNote: { function: "notes" } };
  const index = {
    path: "functions/notes/index.ts",
    text: "export const handler = createApi({ getNote: getNote(db) });",
  };

  it("serve their routes", () => {
    expect(functionViolations([index], routes)).toEqual([]);
  });

  it("are missed when they are not there, export no handler or leave a route out", () => {
    expect(rulesOf(functionViolations([], routes))).toEqual(["entry point", "operations"]);
    const silent = { ...index, text: "createApi({ getNote: getNote(db) });" };
    expect(rulesOf(functionViolations([silent], routes))).toEqual(["entry point"]);
    const other = { ...index, text: "export const handler = createApi({ getNotes: getNotes(db) });" };
    expect(rulesOf(functionViolations([other], routes))).toEqual(["operations"]);
    const worker = { path: "functions/worker/run.ts", text: "" };
    expect(rulesOf(functionViolations([index, worker], routes))).toEqual(["entry point"]);
  });
});
