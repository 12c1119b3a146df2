import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const guides = new URL("../../docs/guide/", import.meta.url);

/** Says of each request what was asked and answered, on standard error. */
const telling = `curl() { command curl -sS -w '%{stderr}%{http_code} %{method} %{url}\\n' "$@"; }`;

/** The requests that a guide prints, in their order; ids that the reader is to fill in are in variables already. */
async function printed(guide: string): Promise<string> {
  const text = await readFile(new URL(`${guide}.md`, guides), "utf8");
  return [...text.matchAll(/^```sh\n(.*?)^```/gms)]
    .flatMap(([, block = ""]) => block.split("\n"))
    .filter((line) => !/^[A-Z_]+=\S*…|\bnpx /.test(line))
    .join("\n");
}

/** Runs what a guide prints, and answers a line of status, method and address for each request. */
export async function tryOut(guide: string, variables: Record<string, string>): Promise<string[]> {
  const env = { PATH: process.env.PATH, ...variables };
  const folder = await mkdtemp(join(tmpdir(), "guides-"));
  try {
    const { stderr } = await run("sh", ["-c", `${telling}\n${await printed(guide)}`], { cwd: folder, env });
    return stderr.trim().split("\n");
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** Those that were refused, without the server. */
export function refusals(answers: string[]): string[] {
  return answers.filter((line) => !/^[23]\d\d /.test(line)).map((line) => line.replace(/ http.*\/v1/, ""));
}
