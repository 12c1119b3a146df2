interface Rule {
  readonly matches: RegExp;
  readonly answer: string;
}

/** Checked in this order: "Hello, can you help me?" is a greeting first. */
const RULES: readonly Rule[] = [
  { matches: /\b(hello|hi|hey)\b/i, answer: "Hello! How can I assist you today?" },
  { matches: /\bhelp\b/i, answer: "I'm here to help! What do you need assistance with?" },
  { matches: /[?？]/, answer: "That's an interesting question. Let me think about that..." },
  {
    matches: /\b(thanks|thank you)\b/i,
    answer: "You're welcome! Is there anything else I can help with?",
  },
];

const DEFAULT_ANSWER = "I understand. Can you tell me more about that?";

/** What `scripted/demo` says to a message: always the same answer to the same message. */
export function demoAnswer(message: string): string {
  return RULES.find((rule) => rule.matches.test(message))?.answer ?? DEFAULT_ANSWER;
}
