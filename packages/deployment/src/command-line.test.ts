import { expect, test } from "vitest";
import { addressOption, numberOption, readCommandLine, wholeNumberOption } from "./command-line.ts";

const command = {
  usage: "pnpm example [name]",
  options: { stage: { type: "string" }, all: { type: "boolean", default: false } },
  maxPositionals: 1,
} as const;

test("reads options and words", () => {
  const { positionals, values } = readCommandLine(command, ["ada", "--stage", "prod"]);
  expect(positionals).toEqual(["ada"]);
  expect(values).toEqual({ stage: "prod", all: false });
});

test.each([
  [["--stag", "x"], "Unknown option '--stag'; --help lists the options."],
  [["--stage"], "Option '--stage <value>' argument missing; --help lists the options."],
  [["ada", "bob"], "'bob' is not understood; --help says what is."],
])("%j is refused in one sentence", (args, sentence) => {
  expect(() => readCommandLine(command, args)).toThrow(sentence);
});

test.each(["soon", "", "0", "-1", "Infinity", "NaN"])(
  "%j is no number of an option that begins at 1",
  (text) => {
    expect(() => numberOption("users", text, 1)).toThrow("--users must be a number of 1 or more.");
    expect(numberOption("users", "2", 1)).toBe(2);
  },
);

test("a number of people or rounds is a whole one", () => {
  expect(() => wholeNumberOption("users", "1.5", 1)).toThrow("--users must be a whole number.");
  expect(() => wholeNumberOption("users", "0", 1)).toThrow("--users must be a number of 1 or more.");
  expect(wholeNumberOption("users", "2", 1)).toBe(2);
});

test.each(["example.com", "ftp://example.com", "https://", ""])("%j is no address of an option", (text) => {
  expect(() => addressOption("url", text)).toThrow(/ is no address: --url takes one such as /);
  expect(addressOption("url", "https://example.com/")).toBe("https://example.com");
});
