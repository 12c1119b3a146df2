import fc from "fast-check";

const megabyte = 2 ** 20;

function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

/** Texts that have broken something somewhere. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "\0",
    "a\0b",
    "\ud800",
    "\udfff\ud800",
    "\ufeff",
    "\u202e",
    "e\u0301",
    "\u{1F469}\u200d\u{1F4BB}",
    "%",
    "_",
    "\\",
    "%00",
    "../../etc/passwd",
    "'; drop table users; --",
    "<script>alert(1)</script>",
    "__proto__",
    "constructor",
    "null",
    "NaN",
    "-1",
    "1e309",
    "9007199254740993",
    "99999999999999999999",
    "2026-02-30T25:61:61Z",
    "tz4a98xxat96iws9zmbrgj3a",
  ),
  fc.string({ unit: "binary", maxLength: 60 }),
  // Any 16 bits at all, halves of surrogate pairs among them.
  fc.array(fc.nat(0xffff), { maxLength: 30 }).map((codes) => String.fromCharCode(...codes)),
);

/** Values of every kind. */
export const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  { weight: 4, arbitrary: hostileText },
  {
    weight: 2,
    arbitrary: fc.constantFrom<unknown>(null, true, 0, -0, -1, 1.5, 1e308, 2 ** 53, [], {}, [[]]),
  },
  { weight: 2, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
);

/** Bodies as they go over the wire: JSON that no schema allows, and what is no JSON. */
export const hostileBody: fc.Arbitrary<string> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.dictionary(hostileText, hostileValue, { maxKeys: 5 }).map((body) => JSON.stringify(body)),
  },
  { weight: 2, arbitrary: hostileValue.map((value) => JSON.stringify(value)) },
  { weight: 2, arbitrary: hostileText },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      '{"__proto__":{"admin":true}}',
      '{"constructor":{"prototype":{}}}',
      '{"content":"a","content":"b"}',
      '{"content":1e400}',
      '{"content":"\\ud800"}',
      '{"content":"\\u0000"}',
      "{",
      "undefined",
      `{"content":${nested(33)}}`,
      nested(20_000),
      JSON.stringify({ content: "x".repeat(megabyte) }),
      JSON.stringify({ title: "x".repeat(200_000) }),
      `{"content":${"9".repeat(100_000)}}`,
    ),
  },
);

/** What a header can hold. */
export const hostileHeader: fc.Arbitrary<string> = fc.oneof(
  fc.string({
    minLength: 1,
    maxLength: 40,
    unit: fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code)),
  }),
  fc.constantFrom('"1"', '"0"', "*", 'W/"1"', '"', "x".repeat(256), "x".repeat(4_000), "\u00e9", "1, 2"),
);
