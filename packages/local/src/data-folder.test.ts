import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startMark } from "@parley/embedded-postgres/process-identity";
import { StartupError } from "@parley/embedded-postgres/startup-error";
import { afterEach, beforeEach, expect, test } from "vitest";
import { forgetData, lockDataFolder } from "./data-folder.ts";

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "parley-folder-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test("a folder belongs to one running stack, and is free again when it is given back or its owner was killed", async () => {
  const owner = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
  await once(owner, "spawn");
  const pid = owner.pid ?? 0;
  await writeFile(join(folder, "stack.pid"), `${pid} ${startMark(pid)}`);
  await expect(lockDataFolder(folder)).rejects.toThrow(
    new StartupError(
      `Another Parley stack (process ${pid}) uses the data folder ${folder}: stop it, or choose another folder with DATA_DIR.`,
    ),
  );
  await expect(forgetData(folder)).rejects.toThrow(StartupError);
  owner.kill("SIGKILL");
  await once(owner, "exit");

  const unlock = await lockDataFolder(folder);
  expect(await readdir(folder)).toEqual(["stack.pid"]);
  await unlock();
  expect(await readdir(folder)).toEqual([]);
});

test("a process that got the id of a killed stack is not taken for it", async () => {
  await writeFile(join(folder, "stack.pid"), `${process.ppid} another-start`);
  await (await lockDataFolder(folder))();
});

test("forgetting leaves alone what is not the stack's", async () => {
  await writeFile(join(folder, "cognito.json"), "{}");
  await writeFile(join(folder, "precious.txt"), "");
  await forgetData(folder);
  expect(await readdir(folder)).toEqual(["precious.txt"]);
});

test("a folder that cannot be made is one sentence", async () => {
  const file = join(folder, "file");
  await writeFile(file, "");
  const below = join(file, "data", "deeper");
  await expect(lockDataFolder(below)).rejects.toThrow(
    new StartupError(`The data folder ${below} cannot be used: a part of its path is a file.`),
  );
});
