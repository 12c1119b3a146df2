import {
  type Import,
  importsOf,
  isConfig,
  isTestCode,
  packageFolder,
  relativeTarget,
  roomOf,
  type SourceFile,
  type Violation,
  workspaceImport,
} from "./source-file.ts";

const platform = ["runtime", "contract"];

/** Which workspace packages the production code of a room may import. */
const allowed: Readonly<Record<string, readonly string[]>> = {
  contract: [],
  settings: [],
  runtime: ["settings"],
  data: ["settings"],
  llm: [],
  http: platform,
  jobs: [...platform, "settings"],
  cache: platform,
  realtime: platform,
  composition: ["cache", "data", "http", "jobs", "llm", "realtime", "runtime", "settings"],
  identity: ["cache", "data", "http", "realtime", "runtime"],
  sending: ["composition", "contract", "data", "http", "llm", "runtime"],
  infra: ["contract", "settings"],
  "embedded-postgres": [],
  openapi: ["contract"],
  client: ["contract"],
  web: ["client"],
  deployment: ["client", "contract", "openapi", "settings"],
};

/** Rooms that may import every package but some. */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  functions: ["local", "embedded-postgres", "infra", "functions", "openapi"],
  local: ["infra", "composition", "identity", "sending", "openapi"],
};

/** The parts of llm that speak to providers. */
const providerModules = /^providers(?:\/|$)/;

type Check = (file: SourceFile, imported: Import) => string | undefined;

/** Rooms that serve development only may reach everything. */
function isFree(path: string): boolean {
  return isTestCode(path) || isConfig(path) || ["scripts", "."].includes(roomOf(path));
}

const mayImportPackage: Check = ({ path }, { specifier }) => {
  const name = workspaceImport(specifier)?.name;
  if (name === undefined || isFree(path) || name === roomOf(path)) return undefined;
  const kind = roomOf(path).split("/")[0] ?? "";
  const isAllowed = allowed[kind]?.includes(name) === true || forbidden[kind]?.includes(name) === false;
  return isAllowed ? undefined : `${roomOf(path)} may not import ${name}`;
};

const staysInItsRoom: Check = ({ path }, { specifier, isTypeOnly }) => {
  const target = relativeTarget(path, specifier);
  if (target === undefined || roomOf(target) === roomOf(path)) return undefined;
  // The version of the product.
  if (target === "package.json") return undefined;
  const isFunctions = packageFolder(path) === "functions" && packageFolder(target) === "functions";
  if (isFunctions) return `${roomOf(path)} may not import ${roomOf(target)}`;
  const isConfigType = isTypeOnly && /^functions\/[^/]+\/config\.ts$/.test(target);
  if (isFree(path) || (roomOf(path) === "infra" && isConfigType)) return undefined;
  return `${target} is in another room: import the package`;
};

const leavesProvidersToTheWorker: Check = ({ path }, { specifier }) => {
  const imported = workspaceImport(specifier);
  if (imported?.name !== "llm" || !providerModules.test(imported.subpath)) return undefined;
  if (isTestCode(path) || roomOf(path) === "functions/reply-worker") return undefined;
  return "only reply-worker may import the providers of llm";
};

const leavesTestingToTests: Check = ({ path }, { specifier }) => {
  const subpath = workspaceImport(specifier)?.subpath ?? relativeTarget(path, specifier) ?? "";
  const isTesting = /(?:^|\/)testing\/|\.(?:fixture|test)(?:\.ts)?$/.test(subpath);
  return isTesting && !isTestCode(path) ? "only tests may import what is made for tests" : undefined;
};

const keepsContractToZodMini: Check = ({ path }, { specifier }) => {
  if (roomOf(path) !== "contract" || isTestCode(path)) return undefined;
  return specifier === "zod/mini" || specifier.startsWith("./") || specifier.startsWith("../")
    ? undefined
    : "contract depends on zod/mini alone";
};

const usesZodMini: Check = (_, { specifier }) =>
  specifier === "zod" ? "zod/mini leaves out of a bundle what is not used; zod does not" : undefined;

const checks: Readonly<Record<string, Check>> = {
  "who may import whom": mayImportPackage,
  rooms: staysInItsRoom,
  providers: leavesProvidersToTheWorker,
  testing: leavesTestingToTests,
  "zod/mini alone": keepsContractToZodMini,
  "zod/mini": usesZodMini,
};

/** What the files import against "Who may import whom". */
export function importViolations(files: readonly SourceFile[]): Violation[] {
  return files.flatMap((file) =>
    importsOf(file).flatMap((imported) =>
      Object.entries(checks).flatMap(([rule, check]) => {
        const detail = check(file, imported);
        return detail === undefined
          ? []
          : [{ path: file.path, rule, detail: `${imported.specifier}: ${detail}` }];
      }),
    ),
  );
}

export interface Manifest {
  dependencies?: Readonly<Record<string, string>>;
  devDependencies?: Readonly<Record<string, string>>;
}

/**
 * Workspace imports that the importing package does not declare; production code needs a real dependency.
 * @param manifests by package folder, `.` for the root.
 */
export function undeclaredImports(
  files: readonly SourceFile[],
  manifests: ReadonlyMap<string, Manifest>,
): Violation[] {
  return files.flatMap((file) => {
    const { dependencies = {}, devDependencies = {} } = manifests.get(packageFolder(file.path)) ?? {};
    const isDevelopment = isTestCode(file.path) || isConfig(file.path) || packageFolder(file.path) === ".";
    const declared = isDevelopment ? { ...dependencies, ...devDependencies } : dependencies;
    return importsOf(file)
      .map(({ specifier }) => workspaceImport(specifier)?.name)
      .filter((name) => name !== undefined && !(`@parley/${name}` in declared))
      .map((name) => ({ path: file.path, rule: "declared", detail: `@parley/${name} is not a dependency` }));
  });
}
