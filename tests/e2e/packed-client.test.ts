import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createContext, runInContext } from "node:vm";
import type { EntrySize } from "@parley/deployment/bundle/build-client";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { signUp } from "./client.ts";
import { compile, packClient, root, run } from "./pack-client.ts";

/** An application outside of the repository that has installed what `npm pack` made of the client. */
let application: string;
let sizes: EntrySize[];

beforeAll(async () => {
  application = await mkdtemp(join(tmpdir(), "parley-application-"));
  const packed = await packClient(application);
  sizes = packed.sizes;
  await writeFile(join(application, "package.json"), '{ "type": "module" }');
  const flags = ["--offline", "--no-audit", "--no-fund", "--silent"];
  await run("npm", ["install", packed.archive, ...flags], { cwd: application });
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
async function compileFiles(files: Readonly<Record<string, string>>): Promise<string> {
  for (const [name, text] of Object.entries(files)) await writeFile(join(application, name), text);
  const settings = { compilerOptions: options, files: Object.keys(files) };
  await writeFile(join(application, "tsconfig.json"), JSON.stringify(settings));
  return compile(application);
}

async function readmeCode(): Promise<string> {
  const text = await readFile(join(application, "node_modules/@parley/client/README.md"), "utf8");
  return /```ts\n(.*?)```/s.exec(text)?.[1] ?? "";
}

it("an application compiles and runs what the README shows", async () => {
  const script = `
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
  expect(await compileFiles({ "ask.ts": await readmeCode(), "main.ts": script })).toBe("");
  const user = await signUp();
  const main = [join(application, "main.ts"), inject("stack").url, user.token];
  // A push that is closed holds no process back; what it waited for was a minute.
  const { stdout } = await run(process.execPath, main, { timeout: 45_000 });
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
  expect(await compileFiles({ "same.ts": same })).toBe("");
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
    "@parley/client/convert",
  ]);
});
