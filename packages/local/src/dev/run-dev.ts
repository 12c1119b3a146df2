import { parseArgs } from "node:util";
import { explainFileError, StartupError } from "@parley/embedded-postgres/startup-error";
import type { CodePurpose } from "../cognito/state.ts";
import { forgetData, resolveDataDir } from "../data-folder.ts";
import { briefLine, createFunctionLog, type FunctionLog } from "../function-log.ts";
import { announceStack } from "../running-stack.ts";
import { loadVariables, readSettings, type Settings } from "../settings.ts";
import { type Stack, type StackOptions, startStack } from "../stack.ts";
import { activeModel } from "./active-model.ts";
import { banner } from "./banner.ts";
import { exposeServices, servicesTable } from "./expose-services.ts";
import { silentServers, withServerModels } from "./model-server.ts";
import { listenForStop, type StopSignal } from "./stop-signal.ts";

const root = new URL("../../../../", import.meta.url);
const usage =
  "The options of dev are --reset (forget all data first), --verbose (show every line of the functions) and --services (offer Postgres, queue, user pool and cache to containers).";

const codeNames: Readonly<Record<CodePurpose, string>> = {
  "sign-up": "confirmation code",
  "reset-password": "password reset code",
  "change-email": "new address's code",
};

interface DevOptions {
  readonly reset: boolean;
  readonly verbose: boolean;
  readonly services: boolean;
}

function readOptions(args: readonly string[]): DevOptions {
  try {
    const { values } = parseArgs({
      // `pnpm dev -- --reset` hands over the dashes too.
      args: args.filter((argument) => argument !== "--"),
      options: {
        reset: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
        services: { type: "boolean", default: false },
      },
    });
    return values;
  } catch (cause) {
    throw new StartupError(usage, { cause });
  }
}

function stackOptions(settings: Settings, log: FunctionLog, verbose: boolean): StackOptions {
  return {
    settings,
    watch: true,
    onProgress: (line) => console.log(line),
    onCode: (email, code, purpose) => console.log(`${codeNames[purpose]} for ${email}: ${code}`),
    onLog: (name, line) => {
      log.write(name, line);
      const shown = verbose ? `${name} ${line}` : briefLine(name, line);
      if (shown !== undefined) console.log(shown);
    },
  };
}

async function run(
  options: DevOptions,
  given: Settings,
  dataDir: string,
  stop: StopSignal,
  onStack: (stack: Stack) => void,
) {
  const settings = await withServerModels(given);
  activeModel(settings);
  const silent = silentServers(settings);
  if (options.reset) {
    console.log(`Forgetting the data in ${dataDir}`);
    await forgetData(dataDir);
  }
  const log = createFunctionLog(dataDir);
  const stack = await startStack(stackOptions(settings, log, options.verbose));
  onStack(stack);
  // After the ports of the API and of push.
  const firstPort = settings.PORT === 0 ? 0 : settings.PORT + 2;
  const exposed = options.services ? await exposeServices(stack, firstPort) : undefined;
  const forget = await announceStack(dataDir, stack, exposed?.services);
  if (!stop.isStopping) {
    const lines = exposed === undefined ? [] : [servicesTable(exposed.services)];
    console.log([banner(stack, settings, log), ...lines, ...(await silent)].join("\n"));
  }
  await stop.requested;
  console.log("Stopping");
  await forget();
  await exposed?.close();
  await stack.close();
  await log.close();
}

/** The last resort: environments end with this process, Postgres recovers at the next start. */
function forceStop(stack: Stack | undefined): never {
  const pid = stack?.postgres?.pid;
  if (pid !== undefined) process.kill(pid, "SIGQUIT");
  process.exit(1);
}

/**
 * `dev`: runs the local stack until Ctrl-C.
 * @returns the exit code
 */
export async function runDev(args: readonly string[]): Promise<number> {
  let stack: Stack | undefined;
  const stop = listenForStop(() => forceStop(stack));
  // Without a terminal there is nobody to tell, and the stack still has to be stopped.
  process.stdout.on("error", () => {});
  let dataDir = "";
  try {
    const options = readOptions(args);
    const settings = readSettings(await loadVariables(new URL(".env", root)));
    dataDir = resolveDataDir(settings.DATA_DIR);
    await run(options, settings, dataDir, stop, (started) => {
      stack = started;
    });
    return 0;
  } catch (error) {
    // Ctrl-C also ends what the start was waiting for.
    if (stop.isStopping) return 0;
    const explained = explainFileError(error, dataDir);
    console.error(explained instanceof StartupError ? explained.message : explained);
    return 1;
  }
}
