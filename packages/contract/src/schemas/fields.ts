import * as z from "zod/mini";

/** A cuid2 key. */
export const id = z
  .string()
  .check(
    z.regex(/^[a-z][a-z0-9]{23}$/, "must be an id of 24 lower-case letters and digits"),
    z.meta({ example: "tz4a98xxat96iws9zmbrgj3a" }),
  );

/** Of a record that lists show and no route fetches. */
export const recordId = id.check(
  z.meta({
    description: "Tells records apart, and is no id of a resource: no route takes it",
    example: "l5c0d1f0e9a84b7c8f2e6d3a",
  }),
);

export const timestamp = z.iso
  .datetime({ precision: 3 })
  .check(z.meta({ description: "RFC 3339, UTC, milliseconds", example: "2026-11-21T09:30:00.000Z" }));

/** Postgres knows no year 0. */
const inKnownYear = z.refine<string>((value) => !value.startsWith("0000"), {
  message: "must be in the year 0001 or later",
});

/** A point in time in UTC that a list begins or ends with. */
export const instant = z.iso.datetime().check(inKnownYear, z.meta({ example: "2026-11-21T09:30:00Z" }));

/** A day in UTC. */
export const day = z.iso.date().check(inKnownYear, z.meta({ example: "2026-11-21" }));

/** Longest message in Unicode code points. */
export const longestContent = 32_768;

function codePoints(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}

/** Text of 1 to `longest` Unicode code points that is not only white space. */
export function text(longest: number) {
  return z.string().check(
    z.refine((value) => value.length <= longest || codePoints(value) <= longest, {
      message: `must be at most ${longest} characters`,
    }),
    z.refine((value) => value.trim() !== "", { message: "must not be blank" }),
    z.meta({ minLength: 1, maxLength: longest }),
  );
}

export const content = text(longestContent).check(z.meta({ example: "What is a lease in a job queue?" }));

export const modelId = z
  .string()
  .check(
    z.regex(/^[a-z0-9-]{1,32}\/[!-~]{1,128}$/, "must be a model id such as scripted/demo"),
    z.meta({ example: "scripted/demo" }),
  );

const metadataValue = z.union([z.string().check(z.maxLength(512)), z.number(), z.boolean()]);

/** Up to 16 keys of the caller's own. */
export const metadata = z.record(z.string().check(z.minLength(1), z.maxLength(64)), metadataValue).check(
  z.refine((value) => Object.keys(value).length <= 16, { message: "must have at most 16 keys" }),
  z.meta({ maxProperties: 16, example: { project: "garden" } }),
);

/** One word or phrase to find things by, compared as it is written, however its accents are encoded. */
export const tag = text(64).check(z.meta({ example: "garden" }));

/** Up to `longest` different tags. */
export function tags(longest: number) {
  return z.array(tag).check(
    z.maxLength(longest),
    z.refine((value) => new Set(value.map((one) => one.normalize())).size === value.length, {
      message: "must not repeat a tag",
    }),
  );
}

/** Values of metadata that must all be there, a number or a boolean as JSON writes it. */
export const metadataFilter = z
  .record(z.string().check(z.minLength(1), z.maxLength(64)), z.string().check(z.maxLength(512)), {
    error: ({ code }) => (code === "invalid_type" ? "must name a key: metadata.project=garden" : undefined),
  })
  .check(
    z.refine((value) => Object.keys(value).length <= 16, { message: "must have at most 16 keys" }),
    z.meta({ maxProperties: 16 }),
  );

/** Free text to look for; `%`, `_` and `\` mean themselves. */
export const searchText = z.optional(text(256)).check(z.meta({ example: "lease" }));

/** A whole number in a query; `pattern` takes the texts of those between the bounds. */
export function queryNumber(bounds: { pattern: RegExp; minimum: number; maximum: number; default: number }) {
  const { pattern, ...described } = bounds;
  const message = `must be a whole number from ${bounds.minimum} to ${bounds.maximum}`;
  return z
    ._default(z.pipe(z.string().check(z.regex(pattern, message)), z.transform(Number)), bounds.default)
    .check(z.meta({ type: "integer", ...described, pattern: undefined }));
}

/** Code points of a text that an answer leaves out from its beginning. */
export const after = queryNumber({
  pattern: /^(0|[1-9]\d{0,7})$/,
  minimum: 0,
  maximum: 99_999_999,
  default: 0,
});
