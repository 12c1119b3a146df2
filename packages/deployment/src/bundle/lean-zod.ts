import { allReplaced, replaced } from "./replaced.ts";

// Of the methods that every zod schema has, those that no module of ours calls: they keep alive what they call.
const unusedMethods = [
  // Of all schemas.
  ...[
    "brand",
    "overwrite",
    "exactOptional",
    "nonoptional",
    "and",
    "prefault",
    "readonly",
    "describe",
    "apply",
  ],
  ...[
    "validate",
    "validateAsync",
    "encode",
    "decode",
    "encodeAsync",
    "decodeAsync",
    "safeEncode",
    "safeDecode",
  ],
  ...["safeEncodeAsync", "safeDecodeAsync", "toJSONSchema", "isOptional", "isNullable"],
  // Of texts: formats are asked for as `z.url()`.
  ...[
    "email",
    "url",
    "jwt",
    "emoji",
    "guid",
    "uuid",
    "uuidv4",
    "uuidv6",
    "uuidv7",
    "nanoid",
    "cuid",
    "cuid2",
  ],
  ...["ulid", "base64", "base64url", "xid", "ksuid", "ipv4", "ipv6", "cidrv4", "cidrv6", "e164", "datetime"],
  ...["date", "time", "duration", "normalize", "toUpperCase", "slugify"],
  // Of objects.
  ...["keyof", "safeExtend", "merge", "partial", "exactPartial", "required"],
];

const method = (name: string) =>
  new RegExp(
    `\\n {4}(?:async )?${name}(?:: (?:async )?function \\w+)?\\([^)]*\\) \\{\\n[\\s\\S]*?\\n {4}\\},`,
  );

/**
 * zod's `classic/schemas.js` without what functions never use: a third of zod's code, and of each schema's making what
 * `toJSONSchema` alone reads. A method that is called all the same fails as soon as its bundle starts.
 * @throws Error when a new version of zod is written in another way
 */
export function leanZod(original: string): string {
  const lean = unusedMethods.reduce((source, name) => replaced(source, method(name), ""), original);
  return allReplaced(lean, [
    [/\n {4}inst\._zod\.processJSONSchema = .*;/g, ""],
    // `meta` adds what is for documents only, at the price of a copy of the schema.
    [/(?<=\n {4}meta\(\.\.\.args\) \{)/, " if (args.length > 0) return this;"],
    // A parser that `new Function` makes of a schema saves 2 µs a request and costs the first one 1 ms.
    [/core\.\$ZodObjectJIT/g, "core.$ZodObject"],
    // Remembers what a cycle leads back to; JSON has none.
    [/_ensureDefaultMemoizer\(\);/g, ""],
  ]);
}
