import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline/promises";
import { DeploymentError } from "./deployment-error.ts";

/** Asks on the terminal; undefined where there is none. */
export function terminalQuestions(): ((question: string) => Promise<string>) | undefined {
  if (!process.stdin.isTTY) return undefined;
  return async (question) => {
    const lines = createInterface({ input: process.stdin, output: process.stdout });
    try {
      return await lines.question(question);
    } finally {
      lines.close();
    }
  };
}

/** Does an answer to a question that ends in `[Y/n]` say yes? */
export function isYes(answer: string): boolean {
  return /^(?:y(?:es)?)?$/i.test(answer.trim());
}

/** Runs a program with this terminal, and answers its exit code. */
export function runProgram(program: string, argumentList: readonly string[]): Promise<number> {
  return exitCode(program, spawn(program, argumentList, { stdio: "inherit" }));
}

/** The same for a program whose words matter only when it fails: they are shown then. */
export async function runQuietly(program: string, argumentList: readonly string[]): Promise<number> {
  const child = spawn(program, argumentList, { stdio: ["inherit", "pipe", "pipe"] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => said.push(chunk));
  const code = await exitCode(program, child);
  if (code !== 0) process.stderr.write(Buffer.concat(said));
  return code;
}

function exitCode(program: string, child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on("error", (cause) => {
      reject(
        new DeploymentError(`${program} cannot be started: run this with npx -y pnpm@12 run.`, { cause }),
      );
    });
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** Runs a command's work; what goes wrong is one sentence and exit code 1. */
export async function runCommand(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    // Only the project's own errors are sentences for people; the trace of another one is for its report.
    const isSentence = error instanceof Error && !error.message.includes("\n");
    process.stderr.write(
      `${isSentence ? error.message : String(error instanceof Error ? error.stack : error)}\n`,
    );
    process.exitCode = 1;
  }
}
