import { readFile } from "node:fs/promises";
import type { Plugin } from "esbuild";
import { allReplaced, replaced } from "./replaced.ts";

const refuse = (what: string) => `() => { throw new Error("${what} is left out of the bundles."); }`;

const exportedNames = (source: string) =>
  [...source.matchAll(/(?<=^export \{)[^}]*(?=\})/gm)].flatMap(([list]) => list.match(/\w+/g) ?? []);

interface Replacement {
  /** The file of a dependency, by the end of its path. */
  readonly file: RegExp;
  contents(original: string): string;
}

/** Parts of dependencies that no function calls and that tree shaking keeps: together a fifth of an eager bundle. */
const replacements: readonly Replacement[] = [
  {
    // For `pgTable(name, (builders) => …)`; our tables name the builders they use.
    file: /\/drizzle-orm\/pg-core\/columns\/all\.js$/,
    contents: () => `export const getPgColumnBuilders = ${refuse("The callback form of pgTable")};`,
  },
  {
    // Relational queries, and views to refresh: there are none.
    file: /\/drizzle-orm\/(?:relations|pg-core\/query-builders\/(?:query|refresh-materialized-view))\.js$/,
    contents: (original) =>
      exportedNames(original)
        .map((name) => `export const ${name} = ${refuse(name)};`)
        .join("\n"),
  },
  {
    // It makes a client where it is given none.
    file: /\/drizzle-orm\/postgres-js\/driver\.js$/,
    contents: (original) =>
      replaced(
        original,
        'import pgClient from "postgres";',
        `const pgClient = ${refuse("Drizzle's own client")};`,
      ),
  },
  {
    // Logical replication.
    file: /\/postgres\/src\/subscribe\.js$/,
    contents: () => `export default () => ${refuse("postgres.subscribe")};`,
  },
  {
    // Takes its name from the class, which minification renames, and the name is what the logs say.
    file: /\/postgres\/src\/errors\.js$/,
    contents: (original) => original.replaceAll("this.constructor.name", '"PostgresError"'),
  },
  {
    file: /\/postgres\/src\/connection\.js$/,
    contents: (original) =>
      allReplaced(original, [
        // Where the database is near it asks for no TLS, which takes a millisecond to load.
        [
          "import tls from 'tls'",
          'const tls = { connect: (options) => process.getBuiltinModule("node:tls").connect(options) }',
        ],
        // For one global that is there anyway, and loaded when a connection is closed.
        ["import { performance } from 'perf_hooks'", ""],
        // A timer of 0 ms takes one.
        [
          "setTimeout(connect, closedTime ? Math.max(0, closedTime + delay - performance.now()) : 0)",
          "closedTime ? setTimeout(connect, Math.max(0, closedTime + delay - performance.now())) : connect()",
        ],
        // A round trip before the first use of each statement, for types that only times and bytes are written by.
        [
          "(parameters.length && !q.prepared)",
          "(!q.prepared && parameters.some((value) => typeof value === 'object' && value !== null))",
        ],
      ]),
  },
  {
    // All of `node:http` for the names of the statuses that the body parser may throw; nobody reads them.
    file: /\/@middy\/util\/index\.js$/,
    contents: (original) =>
      replaced(original, 'import { STATUS_CODES } from "node:http";', "const STATUS_CODES = {};"),
  },
  {
    // The Web Crypto API takes a millisecond to load, for the same random numbers; Node has the same hash, and BigInt
    // the same digits, which together make an id in a tenth of the time.
    file: /\/@paralleldrive\/cuid2\/src\/index\.js$/,
    contents: (original) =>
      allReplaced(original, [
        ["const random = createRandom();", "const random = () => randomInt(2 ** 32) / 2 ** 32;"],
        [/(?<=function bufToBigInt\(buf\) \{)/, 'return BigInt("0x" + buf.toString("hex"));'],
        [
          'import { sha3_512 as sha3 } from "@noble/hashes/sha3.js";',
          `const { hash: digest, randomInt } = process.getBuiltinModule("node:crypto");
          const sha3 = (bytes) => digest("sha3-512", bytes, "buffer");`,
        ],
        ['import BigNumber from "bignumber.js";', "let BigNumber;"],
      ]),
  },
];

/** Leaves out of a bundle what `replacements` names. */
export const leaveOutPlugin: Plugin = {
  name: "leave-out",
  setup(build) {
    for (const replacement of replacements) {
      build.onLoad({ filter: replacement.file }, async ({ path }) => ({
        contents: replacement.contents(await readFile(path, "utf8")),
        loader: "js",
      }));
    }
  },
};
