import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { measureDeployment, measureLocally, type Plan } from "./bench/measure.ts";
import { holds, save, table } from "./bench/report.ts";

const { values } = parseArgs({
  options: {
    /** handlers, cold-start, end-to-end, cost; several times for several. */
    only: { type: "string", multiple: true, default: [] },
    clients: { type: "string", default: "1,16,64" },
    seconds: { type: "string", default: "5" },
    rounds: { type: "string", default: "5" },
    "wait-seconds": { type: "string", default: "0" },
    /** A deployment to load in place of the local stack, as this user. */
    "base-url": { type: "string" },
    email: { type: "string" },
    password: { type: "string" },
    token: { type: "string" },
    /** Another server to load beside it, and the file that knows how (scripts/bench/target.ts); both once for each. */
    peer: { type: "string", multiple: true, default: [] },
    adapter: { type: "string", multiple: true, default: [] },
  },
});

const { email, password, token, peer, adapter, "base-url": url } = values;
if (peer.length !== adapter.length) throw new Error("Give an --adapter with each --peer.");
const folder = fileURLToPath(new URL("../dist/bench", import.meta.url));
const plan: Plan = {
  only: values.only,
  counts: values.clients.split(",").map(Number),
  seconds: Number(values.seconds),
  rounds: Number(values.rounds),
  waitSeconds: Number(values["wait-seconds"]),
  folder,
  peers: peer.map((peerUrl, index) => ({ url: peerUrl, adapter: adapter[index] ?? "" })),
};
const user = { ...(email && { email }), ...(password && { password }), ...(token && { token }) };
const rows = url === undefined ? await measureLocally(plan) : await measureDeployment(plan, { url, ...user });
console.log(table(rows));
const missed = rows.filter((row) => holds(row) === false).length;
console.log(`\n${missed} budgets missed. ${await save(rows, folder)}`);
process.exit(0);
