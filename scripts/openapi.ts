import { mkdir, readFile, writeFile } from "node:fs/promises";
import { readCommandLine } from "@parley/deployment/command-line";
import { DeploymentError } from "@parley/deployment/deployment-error";
import { runCommand } from "@parley/deployment/terminal";
import { createOpenApi } from "@parley/openapi/document";
import manifest from "../package.json" with { type: "json" };

const file = new URL("../docs/openapi.json", import.meta.url);
const text = `${JSON.stringify(createOpenApi(manifest.version), null, 2)}\n`;

const usage = `
pnpm openapi [--check]

Writes docs/openapi.json from the contract. With --check it fails where the file is out of date instead.`;

await runCommand(async () => {
  const { values } = readCommandLine({ usage, options: { check: { type: "boolean", default: false } } });
  if (values.check) {
    const present = await readFile(file, "utf8").catch(() => "");
    if (present !== text) {
      throw new DeploymentError("docs/openapi.json is not what the contract says. Run: pnpm openapi");
    }
  } else {
    await mkdir(new URL(".", file), { recursive: true });
    await writeFile(file, text);
    console.log(`docs/openapi.json: ${Object.keys(JSON.parse(text).paths).length} paths`);
  }
});
