import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join } from "node:path";
import { compile, packClient, root, run } from "../e2e/pack-client.ts";

const samples = join(root, "docs/samples");
const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css" };

/** Gives a copy of a sample what `npm install` would: its dependencies, and the packed client. */
async function install(name: string, copy: string, archive: string): Promise<void> {
  const here = join(samples, name, "node_modules");
  const packages = await readdir(here);
  const scoped = await Promise.all(
    packages
      .filter((found) => found.startsWith("@"))
      .map(async (scope) => (await readdir(join(here, scope))).map((found) => join(scope, found))),
  );
  const dependencies = [...packages.filter((found) => !/^[.@]/.test(found)), ...scoped.flat()];
  for (const dependency of dependencies) {
    const place = join(copy, "node_modules", dependency);
    await mkdir(join(place, ".."), { recursive: true });
    await symlink(await realpath(join(here, dependency)), place);
  }
  const client = join(copy, "node_modules/@parley/client");
  await mkdir(client, { recursive: true });
  await run("tar", ["-xzf", archive, "-C", client, "--strip-components=1"]);
}

/** Type-checks and builds a copy of a sample outside of the repository, with the packed client. */
async function build(name: string, folder: string, archive: string, apiUrl: string): Promise<void> {
  const copy = join(folder, name);
  const filter = (path: string) => !path.includes("node_modules");
  await cp(join(samples, name), copy, { recursive: true, filter });
  await install(name, copy, archive);
  const faults = await compile(copy);
  if (faults !== "") throw new Error(faults);
  const vite = join(copy, "node_modules/vite/bin/vite.js");
  const flags = ["build", "--base", "./", "--outDir", join(folder, "site", name), "--logLevel", "warn"];
  await run(process.execPath, [vite, ...flags], { cwd: copy, env: { VITE_PARLEY_URL: apiUrl } });
}

export interface SampleSite {
  port: number;
  close(): Promise<void>;
}

/** All samples, served from one port: `/fetch/`, `/use-chat/`, `/assistant-ui/`. */
export async function startSampleSite(apiUrl: string): Promise<SampleSite> {
  const folder = await mkdtemp(join(tmpdir(), "parley-samples-"));
  const { archive } = await packClient(folder);
  for (const name of ["use-chat", "assistant-ui"]) await build(name, folder, archive, apiUrl);
  await cp(join(samples, "fetch"), join(folder, "site/fetch"), { recursive: true });
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url ?? "", "http://localhost");
    const file = join(folder, "site", pathname.endsWith("/") ? `${pathname}index.html` : pathname);
    const content = await readFile(file).catch(() => undefined);
    response.writeHead(content ? 200 : 404, { "content-type": types[extname(file)] ?? "text/plain" });
    response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
