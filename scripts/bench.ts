import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  addressOption,
  numberOption,
  readCommandLine,
  wholeNumberOption,
} from "@parley/deployment/command-line";
import { DeploymentError } from "@parley/deployment/deployment-error";
import { runCommand } from "@parley/deployment/terminal";
import { measureDeployment, measureLocally, type Plan, sections } from "./bench/measure.ts";
import { holds, save, table } from "./bench/report.ts";

const usage = `
pnpm bench [options]

Measures everything that has a goal, prints each number beside it, and writes the same as JSON to dist/bench.

  --only <section>   handlers, cold-start, end-to-end, cost or console; several times for several
  --clients <list>   of the end-to-end runs; 1,16,64 unless given
  --seconds <n>      of each of these runs; --rounds <n> of them
  --wait-seconds <n> that a poll waits for its reply; 0 unless given
  --base-url <url>   loads a deployment in place of the local stack, as --email and --password, or --token
  --peer <url> --adapter <file>   another server to load beside it, as scripts/bench/target.ts says; once for each`;

await runCommand(async () => {
  const { values } = readCommandLine({
    usage,
    options: {
      only: { type: "string", multiple: true, default: [] },
      clients: { type: "string", default: "1,16,64" },
      seconds: { type: "string", default: "5" },
      rounds: { type: "string", default: "5" },
      "wait-seconds": { type: "string", default: "0" },
      "base-url": { type: "string" },
      email: { type: "string" },
      password: { type: "string" },
      token: { type: "string" },
      peer: { type: "string", multiple: true, default: [] },
      adapter: { type: "string", multiple: true, default: [] },
    },
  });

  const { email, password, token, peer, adapter, "base-url": url } = values;
  const unknown = values.only.find((section) => !sections.includes(section));
  if (unknown !== undefined)
    throw new DeploymentError(`--only ${unknown} is not measured: it takes ${sections.join(", ")}.`);
  if (peer.length !== adapter.length) throw new DeploymentError("Give an --adapter with each --peer.");
  const absent = adapter.find((file) => !existsSync(file));
  if (absent !== undefined) throw new DeploymentError(`--adapter ${absent}: there is no such file.`);
  if (url !== undefined && !token && !(email && password))
    throw new DeploymentError("Say as whom to load it: --email and --password, or --token.");
  const folder = fileURLToPath(new URL("../dist/bench", import.meta.url));
  const plan: Plan = {
    only: values.only,
    counts: values.clients.split(",").map((text) => wholeNumberOption("clients", text, 1)),
    seconds: numberOption("seconds", values.seconds, 0.1),
    rounds: wholeNumberOption("rounds", values.rounds, 1),
    waitSeconds: numberOption("wait-seconds", values["wait-seconds"]),
    folder,
    peers: peer.map((peerUrl, index) => ({
      url: addressOption("peer", peerUrl),
      adapter: adapter[index] ?? "",
    })),
  };
  const user = { ...(email && { email }), ...(password && { password }), ...(token && { token }) };
  const rows =
    url === undefined
      ? await measureLocally(plan)
      : await measureDeployment(plan, { url: addressOption("base-url", url), ...user });
  console.log(table(rows));
  const missed = rows.filter((row) => holds(row) === false).length;
  console.log(`\n${missed} budgets missed. ${await save(rows, folder)}`);
  process.exit(0);
});
