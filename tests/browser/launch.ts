import { existsSync } from "node:fs";
import type { Browser } from "playwright-core";
import { chromium } from "playwright-core";

const installed = "/usr/bin/chromium";

/** Debian's Chromium where it is installed, else the one that npm has brought. */
export async function launch(more: string[] = []): Promise<Browser> {
  if (existsSync(installed)) {
    return chromium.launch({ executablePath: installed, args: ["--no-sandbox", ...more] });
  }
  const { default: packed } = await import("@sparticuz/chromium");
  return chromium.launch({ executablePath: await packed.executablePath(), args: [...packed.args, ...more] });
}
