import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { readFunctionFiles } from "./migrate-functions.ts";

const { files, names } = await readFunctionFiles(
  fileURLToPath(new URL("../../../migrations", import.meta.url)),
);
const source = await readFile(new URL("procedures.ts", import.meta.url), "utf8");
const listed = Array.from(source.matchAll(/^ {2}(\w+): Procedure</gm), ([, name = ""]) => name);
const present = files.filter(({ name }) => name !== "previous-release.sql").map(({ text }) => text);

const mentions = (text: string, name: string) => text.match(new RegExp(`\\b${name}\\b`, "g"))?.length ?? 0;

test("every procedure is a function of the database", () => {
  expect(listed.length).toBeGreaterThan(20);
  expect(listed.filter((name) => !names.includes(name))).toEqual([]);
});

test("every function is called by another one, by a query or by the list", async () => {
  const folder = fileURLToPath(new URL(".", import.meta.url));
  const queries = await Promise.all(
    globSync("*.ts", { cwd: folder, exclude: ["*.test.ts", "procedures.ts"] }).map((name) =>
      readFile(`${folder}${name}`, "utf8"),
    ),
  );
  const texts = [...present, ...queries];
  const defined = present.flatMap((text) =>
    Array.from(text.matchAll(/^CREATE OR REPLACE FUNCTION (\w+)\(/gm), ([, name = ""]) => name),
  );
  const orphans = defined.filter(
    (name) => !listed.includes(name) && texts.reduce((sum, text) => sum + mentions(text, name), 0) < 2,
  );
  expect(orphans).toEqual([]);
});
