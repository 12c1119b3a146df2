import { describe, expect, it } from "vitest";
import { tokenCounterFor } from "../../token-counter.ts";

const openai = (name: string) => tokenCounterFor({ kind: "openai", name });

describe("OpenAI's models", () => {
  it.each(["gpt-6.1-terra", "gpt-6-luna", "gpt-4o-mini", "gpt-4.1", "gpt-5", "gpt-10", "o3", "gpt-oss-20b"])(
    "%s is counted with its vocabulary",
    async (name) => {
      const { count } = await openai(name);
      // Counts of the OpenAI cookbook for o200k_base.
      expect(count("")).toBe(0);
      expect(count("hello world")).toBe(2);
      expect(count("antidisestablishmentarianism")).toBe(6);
      expect(count("tiktoken is great!")).toBe(6);
      expect(count("お誕生日おめでとう")).toBe(8);
      expect(count("2 + 2 = 4")).toBe(7);
    },
  );

  it("count special tokens as the text that somebody wrote", async () => {
    const { count } = await openai("gpt-5");
    expect(count("<|endoftext|>")).toBeGreaterThan(3);
  });

  it.each([
    ["letters", "q".repeat(32_768)],
    ["random letters", Array.from({ length: 32_768 }, (_, i) => "zqxjkvbwpy"[(i * i * 7 + i) % 10]).join("")],
    [
      "ideographs",
      Array.from({ length: 32_768 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 37) % 20_000))).join(""),
    ],
    ["joined emoji", "👨‍👩‍👧‍👦".repeat(3_000)],
    ["spaces", " ".repeat(32_768)],
    ["line breaks", "\n".repeat(32_768)],
    [
      "words of random letters",
      Array.from({ length: 32_768 }, (_, i) => "zq xjk vbw py"[(i * i * 7 + i * 3) % 13]).join(""),
    ],
  ])("do not take long over %s", async (_, text) => {
    const { count } = await openai("gpt-5");
    const started = process.cpuUsage();
    expect(count(text)).toBeGreaterThan(0);
    expect(process.cpuUsage(started).user).toBeLessThan(250_000);
  });

  it.each([
    ["prose", "The lease runs out unless its worker renews it, and then another one takes the job. ", 97],
    ["Thai", "ฉันอยากรู้ว่าสัญญาเช่าในคิวงานคืออะไร ", 211],
    ["code", "for (const [name, value] of Object.entries(rows)) {\n  total += value.length;\n}\n", 103],
    ["base64", "q83vEjRWeJCrze8SNFZ4kKvN7xI0VniQq83vEjRWeJCrze8=\n", 167],
  ])("count a long text of %s by its parts, and no lower than it is", async (_, sentence, times) => {
    const { count } = await openai("gpt-5");
    const whole = Array.from({ length: 8 }, () => count(sentence.repeat(Math.floor(times / 8))));
    const exact = whole.reduce((sum, tokens) => sum + tokens, 0);
    const long = count(sentence.repeat(8 * Math.floor(times / 8)));
    expect(long).toBeGreaterThan(exact * 0.98);
    expect(long).toBeLessThan(exact * 1.15);
  });

  it("hardly count a text that has to be cut differently", async () => {
    const { count } = await openai("gpt-5");
    const prose =
      "The lease runs out unless its worker renews it, and then another one takes the job. ".repeat(20);
    const cut = count(`${prose}${"=".repeat(300)}`) - count("=".repeat(300));
    expect(cut).toBeGreaterThanOrEqual(count(prose));
    expect(cut).toBeLessThan(count(prose) * 1.02);
  });
});
