import { describe, expect, it } from "vitest";
import { cycleViolations, engineViolations, isInRange } from "./lockfile-rules.ts";
import { readInstallation } from "./read-tree.ts";

it("installs without a warning of engines or cycles", async () => {
  const { lockfile, nodeVersion, nodeRange } = await readInstallation();
  expect(nodeVersion).toSatisfy((version: string) => isInRange(version, nodeRange));
  expect(engineViolations(lockfile, nodeVersion)).toEqual([]);
  expect(cycleViolations(lockfile)).toEqual([]);
});

describe("a lockfile", () => {
  const lockfile = `importers:

  .:
    dependencies:
      '@parley/data':
        specifier: workspace:*
        version: link:packages/data

  packages/data:
    devDependencies:
      '@parley/local':
        specifier: workspace:*
        version: link:../local
      zod:
        specifier: ^4.6.7
        version: 4.6.7

  packages/local: {}

packages:

  '@a/b@1.0.0':
    engines: {node: '>=22'}

  c@2.0.0:
    engines: {node: 20 || >=22, npm: '>=9'}
`;

  it("names the packages that want another Node", () => {
    expect(engineViolations(lockfile, "22.0.0")).toEqual([]);
    expect(engineViolations(lockfile, "20.0.0")).toMatchObject([
      { detail: "@a/b@1.0.0 wants Node >=22, not 20.0.0" },
    ]);
    expect(engineViolations(lockfile, "18.0.0")).toHaveLength(2);
  });

  it("names the packages of a cycle, and not what leads to it", () => {
    expect(cycleViolations(lockfile)).toEqual([]);
    const link =
      "devDependencies:\n      d:\n        specifier: workspace:*\n        version: link:../data\n";
    const cyclic = lockfile.replace("packages/local: {}", `packages/local:\n    ${link}`);
    expect(cycleViolations(cyclic).map(({ path }) => path)).toEqual([
      "packages/data/package.json",
      "packages/local/package.json",
    ]);
  });

  it.each([
    ["^22 || ^24 || >=26", true],
    ["^20.19.0 || >=22.12.0", true],
    [">= 10.x", true],
    ["6.* || 8.* || >= 10.*", true],
    [">=20 <24", false],
    [">=20 <=24", true],
    [">24", false],
    ["~24.0.0", true],
    ["^24.1.0", false],
    ["^22.13.0", false],
    ["24.x", true],
    ["20", false],
  ])("has 24.0.0 in %s: %s", (range, isIn) => {
    expect(isInRange("24.0.0", range)).toBe(isIn);
  });

  it("has no range that is not understood", () => {
    expect(() => isInRange("24.0.0", "18 - 22")).toThrow("- is nothing that a version can be compared with.");
  });
});
