import { describe, expect, it } from "vitest";
import { estimatePromptTokens, estimateTokens } from "./token-count.ts";

/** Texts with their true counts in o200k_base and cl100k_base. */
const SAMPLES: [name: string, text: string, newer: number, older: number][] = [
  [
    "English",
    "The quick brown fox jumps over the lazy dog, and then it sleeps for hours without a dream.",
    20,
    20,
  ],
  [
    "long words",
    "Unquestionably, internationalization notwithstanding, the deliberations were inconclusive.",
    15,
    15,
  ],
  [
    "German",
    "Die Donaudampfschifffahrtsgesellschaft hat die Geschwindigkeitsbegrenzungen grundsätzlich überprüft.",
    22,
    31,
  ],
  [
    "French",
    "L'été dernier, nous avons découvert une forêt où les élèves cherchaient des champignons.",
    19,
    25,
  ],
  ["Russian", "Съешь же ещё этих мягких французских булок, да выпей чаю.", 19, 36],
  ["Hebrew", "בינה מלאכותית משנה את אורח חיינו וחברות רבות החלו להשתמש במודלי שפה.", 23, 62],
  ["Arabic", "الذكاء الاصطناعي يغير طريقة حياتنا وقد بدأت العديد من الشركات.", 18, 44],
  ["Hindi", "कृत्रिम बुद्धिमत्ता हमारे जीवन को बदल रही है।", 14, 47],
  ["Thai", "ปัญญาประดิษฐ์กำลังเปลี่ยนวิถีชีวิตของเรา", 19, 43],
  ["Tamil", "செயற்கை நுண்ணறிவு நமது வாழ்க்கையை மாற்றுகிறது", 15, 63],
  ["Chinese", "人工智能正在改变我们的生活方式，床前明月光，疑是地上霜。魑魅魍魉", 28, 43],
  ["Japanese", "吾輩は猫である。名前はまだ無い。ニャーニャー泣いていた事だけは記憶している。", 33, 45],
  ["Korean", "안녕하세요. 오늘 날씨가 정말 좋네요. 인공지능은 우리의 삶을 어떻게 바꾸고 있을까요?", 25, 54],
  ["emoji", "😀🎉👩‍👩‍👧‍👦🏳️‍🌈🇩🇪✨🚀🤌🏽", 31, 49],
  ["code", "export const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);", 26, 26],
  [
    "JSON",
    '{"id":"tz4a98xxat96iws9zmbrgj3a","createdAt":"2026-11-21T06:00:00.000Z","tags":["a","b"],"n":-1.5}',
    52,
    50,
  ],
  ["base64", "mGvJ0pYl8kQ3d2VyeSBzZWNyZXQgdGV4dCBpbmRlZWQhIQpBQkNERUZHSElKS0xNTk9QUQ+/8fZ3Xw==", 58, 61],
  ["hex", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", 43, 43],
  ["digits", "3141592653589793238462643383279502884197169399375105820974944592307816406286", 26, 26],
  ["capitals", "THE QUICK BROWN FOX JUMPS OVER THE LAZY DOG XKCD QWERTZ", 19, 20],
  ["punctuation", "!@#$%^&*()_+-=[]{}|;':,./<>?~", 19, 19],
  ["mathematics", "∀x∈ℝ: ⌈x⌉ = −⌊−x⌋, α ∧ ¬β, ∫₀^∞ e^{−x²}dx = √π/2", 47, 50],
];

describe("estimateTokens", () => {
  it.each(SAMPLES)("is near the true count of %s", (_name, text, newer, older) => {
    const estimate = estimateTokens(text);
    expect(estimate).toBeGreaterThanOrEqual(0.9 * Math.max(newer, older));
    expect(estimate).toBeLessThanOrEqual(4 * newer);
  });

  it("of nothing is nothing", () => {
    expect(estimateTokens("")).toBe(0);
  });

  it("never exceeds the UTF-8 length", () => {
    for (const text of ["a", "é", "魑", "👋", "\u0000", "!?", "\n", "zxq"]) {
      expect(estimateTokens(text)).toBeLessThanOrEqual(new TextEncoder().encode(text).length);
      expect(estimateTokens(text)).toBeGreaterThan(0);
    }
  });

  it("takes a lone surrogate", () => {
    expect(estimateTokens("\ud83d")).toBeGreaterThan(0);
  });

  it("stays cheap for the longest text", () => {
    const start = performance.now();
    estimateTokens("ab ".repeat(350_000));
    expect(performance.now() - start).toBeLessThan(2_000);
  });
});

describe("estimatePromptTokens", () => {
  it("adds the system prompt, every message and what the format adds to each", () => {
    const messages = [
      { role: "user" as const, content: "Hello" },
      { role: "assistant" as const, content: "Hello" },
    ];
    const one = estimateTokens("Hello") + 6;
    expect(estimatePromptTokens({ systemPrompt: undefined, messages })).toBe(2 * one);
    expect(estimatePromptTokens({ systemPrompt: "Hello", messages })).toBe(3 * one);
  });
});
