import { runDev } from "@parley/local/dev/run-dev";

process.exit(await runDev(process.argv.slice(2)));
