import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { DeploymentError } from "./deployment-error.ts";

interface CommandLine<Options extends ParseArgsOptionsConfig> {
  /** What `--help` prints: the command, what it does, and its options, a line each. */
  readonly usage: string;
  readonly options: Options;
  readonly maxPositionals?: number;
}

/**
 * Reads the words behind a command. `--help` prints the usage and ends the process.
 * @throws DeploymentError that names the word which is not understood
 */
export function readCommandLine<const Options extends ParseArgsOptionsConfig>(
  { usage, options, maxPositionals = 0 }: CommandLine<Options>,
  // `pnpm <command> -- --option` hands over the dashes too.
  args: readonly string[] = process.argv.slice(2).filter((word) => word !== "--"),
) {
  if (args.includes("--help") || args.includes("-h")) {
    process.stdout.write(`${usage.trim()}\n`);
    process.exit(0);
  }
  const parsed = parse(args, options);
  const surplus = parsed.positionals[maxPositionals];
  if (surplus !== undefined)
    throw new DeploymentError(`'${surplus}' is not understood; --help says what is.`);
  return parsed;
}

/** @throws DeploymentError that names the option whose value is no such number */
export function numberOption(name: string, text: string, minimum = 0): number {
  const number = text.trim() === "" ? Number.NaN : Number(text);
  if (Number.isFinite(number) && number >= minimum) return number;
  throw new DeploymentError(`--${name} must be a number${minimum > 0 ? ` of ${minimum} or more` : ""}.`);
}

/** @throws DeploymentError that names the option whose value is no such whole number */
export function wholeNumberOption(name: string, text: string, minimum = 0): number {
  const number = numberOption(name, text, minimum);
  if (Number.isSafeInteger(number)) return number;
  throw new DeploymentError(`--${name} must be a whole number.`);
}

/**
 * Without a slash at its end.
 * @throws DeploymentError that names the option whose value is no such address
 */
export function addressOption(name: string, text: string): string {
  if (/^https?:\/\/[^/]+/.test(text) && URL.canParse(text)) return text.replace(/\/$/, "");
  throw new DeploymentError(`${text} is no address: --${name} takes one such as https://api.example.com.`);
}

function parse<const Options extends ParseArgsOptionsConfig>(args: readonly string[], options: Options) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (cause) {
    const [sentence = ""] = (cause instanceof Error ? cause.message : String(cause)).split(/\. |\n/);
    throw new DeploymentError(`${sentence.replace(/\.$/, "")}; --help lists the options.`, { cause });
  }
}
