import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { createContext, runInContext } from "node:vm";
import { buildClient, type EntrySize } from "@parley/deployment/bundle/build-client";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { signUp } from "./client.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = promisify(execFile);

/** An application outside of the repository that has installed what `npm pack` made of the client. */
let application: string;
let sizes: EntrySize[];

beforeAll(async () => {
  application = await mkdtemp(join(tmpdir(), "parley-application-"));
  const built = join(application, "built");
  sizes = await buildClient(root, built);
  const { stdout } = await run("npm", ["pack", built, "--silent"], { cwd: application });
  await writeFile(join(application, "package.json"), '{ "type": "module" }');
  const flags = ["--offline", "--no-audit", "--no-fund", "--silent"];
  await run("npm", ["install", `./${stdout.trim()}`, ...flags], { cwd: application });
  await rm(built, { recursive: true });
});

afterAll(() => rm(application, { recursive: true, force: true }));

const options = {
  target: "es2024",
  lib: ["es2024", "dom", "dom.iterable"],
  types: [],
  module: "nodenext",
  noEmit: true,
  strict: true,
  exactOptionalPropertyTypes: true,
  allowImportingTsExtensions: true,
};

/** What the compiler says to these files of the application. */
async function compile(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(application, name), text);
  const settings = { compilerOptions: options, files: Object.keys(files) };
  await writeFile(join(application, "tsconfig.json"), JSON.stringify(settings));
  const compiler = join(root, "node_modules/typescript/bin/tsc");
  return run(process.execPath, [compiler, "--project", application]).then(
    () => "",
    ({ stdout }: { stdout: string }) => stdout,
  );
}

async function readmeCode(): Promise<string> {
  const text = await readFile(join(application, "node_modules/@parley/client/README.md"), "utf8");
  return /```ts\n(.*?)```/s.exec(text)?.[1] ?? "";
}

it("an application compiles and runs what the README shows", async () => {
  const main = `
    import { createParley } from "@parley/client";
    import { ask } from "./ask.ts";
    declare const process: { argv: string[] };
    const [, , url = "", token = ""] = process.argv;
    const texts: string[] = [];
    await ask(url, token, "Tell me", (text) => texts.push(text));
    const parley = createParley({ baseUrl: url, token });
    // @ts-expect-error a note has no such field
    const refused = await parley.notes.create({ content: "A note", colour: "red" }).catch(({ status }) => status);
    const titles: (string | null)[] = [];
    for await (const { title } of parley.conversations.list({ limit: 1 })) titles.push(title);
    console.log(JSON.stringify({ last: texts.at(-1), refused, conversations: titles.length }));
  `;
  expect(await compile({ "ask.ts": await readmeCode(), "main.ts": main })).toBe("");
  const user = await signUp();
  const { stdout } = await run(process.execPath, [
    join(application, "main.ts"),
    inject("stack").url,
    user.token,
  ]);
  expect(JSON.parse(stdout)).toEqual({ last: "Echo: Tell me", refused: 400, conversations: 1 });
});

/** What browsers and edge runtimes have, and nothing of Node. */
const web = {
  ...{ fetch, Response, URLSearchParams, ReadableStream, AbortController, AbortSignal, WebSocket },
  ...{ crypto, setTimeout, clearTimeout },
};

it("runs where there are the web's own APIs alone", async () => {
  const contents = `
    import { createParley } from "@parley/client";
    import { ParleyChatTransport } from "@parley/client/ai-sdk";
    import { createPush } from "@parley/client/push";
    globalThis.answer = async (baseUrl, token, text) => {
      const parley = createParley({ baseUrl, token, push: { create: createPush } });
      const messages = [{ id: "m1", role: "user", parts: [{ type: "text", text }] }];
      const transport = new ParleyChatTransport({ parley });
      const chunks = await transport.sendMessages({ trigger: "submit-message", chatId: "c1", messages });
      let answer = "";
      for (const reader = chunks.getReader(); ; ) {
        const { done, value } = await reader.read();
        if (done) break;
        answer += value.delta ?? "";
      }
      parley.push.close();
      return answer;
    };
  `;
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: application },
    bundle: true,
    platform: "browser",
    write: false,
  });
  const context = createContext({ ...web });
  runInContext(outputFiles[0]?.text ?? "", context);
  const user = await signUp();
  expect(await context.answer(inject("stack").url, user.token, "Hello")).toBe("Echo: Hello");
});

it("its declarations say what the contract says, and import nothing", async () => {
  const same = `
    import type { Operations as Written, PushEvent } from "@parley/client";
    import type { Operations as Inferred, PushEvent as InferredEvent } from "${root}packages/client/src/types.ts";
    type Operation = (input: never) => Promise<unknown>;
    type Answers<T> = { [R in keyof T]: { [O in keyof T[R]]: T[R][O] extends Operation ? Awaited<ReturnType<T[R][O]>> : never } };
    type Fields<T> = { [R in keyof T]: { [O in keyof T[R]]: T[R][O] extends Operation ? Record<keyof NonNullable<Parameters<T[R][O]>[0]>, 1> : never } };
    declare const inferred: Inferred;
    declare const answers: Answers<Written>;
    declare const fields: Fields<Written>;
    declare const events: [PushEvent, InferredEvent];
    export const written: Written = inferred;
    export const inferredAnswers: Answers<Inferred> = answers;
    export const inferredFields: Fields<Inferred> = fields;
    export const bothEvents: [InferredEvent, PushEvent] = events;
  `;
  expect(await compile({ "same.ts": same })).toBe("");
  const folder = join(application, "node_modules/@parley/client");
  const files = (await readdir(folder, { recursive: true })).filter((name) => /\.(?:js|d\.ts)$/.test(name));
  for (const name of files) {
    const text = await readFile(join(folder, name), "utf8");
    const imported = [...text.matchAll(/\bfrom "([^"]+)"/g)].map(([, specifier]) => specifier);
    const mayImportAi = name.startsWith("ai-sdk") && name.endsWith(".d.ts");
    const foreign = imported.filter((specifier) => !/^\.\.?\//.test(specifier ?? ""));
    expect(new Set(foreign)).toEqual(new Set(mayImportAi && foreign.length > 0 ? ["ai"] : []));
  }
});

it("its entries keep to their budgets", () => {
  for (const { bytes, budgetBytes } of sizes) expect(bytes).toBeLessThanOrEqual(budgetBytes);
  expect(sizes.map(({ specifier }) => specifier)).toEqual([
    "@parley/client",
    "@parley/client/push",
    "@parley/client/ai-sdk",
  ]);
});
