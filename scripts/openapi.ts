import { mkdir, readFile, writeFile } from "node:fs/promises";
import { createOpenApi } from "@parley/openapi/document";
import manifest from "../package.json" with { type: "json" };

const file = new URL("../docs/openapi.json", import.meta.url);
const text = `${JSON.stringify(createOpenApi(manifest.version), null, 2)}\n`;

if (process.argv.includes("--check")) {
  const present = await readFile(file, "utf8").catch(() => "");
  if (present !== text) {
    console.error("docs/openapi.json is not what the contract says. Run: pnpm openapi");
    process.exitCode = 1;
  }
} else {
  await mkdir(new URL(".", file), { recursive: true });
  await writeFile(file, text);
  console.log(`docs/openapi.json: ${Object.keys(JSON.parse(text).paths).length} paths`);
}
