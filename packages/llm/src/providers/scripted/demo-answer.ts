const SWITCH_HINT =
  "To talk to a real model, set OPENAI_API_KEY or ANTHROPIC_API_KEY " +
  "(or OPENAI_BASE_URL for a local, OpenAI-compatible server) in .env and start Parley again.";

interface Rule {
  readonly matches: RegExp;
  readonly answer: string;
}

/** Checked in this order: "Hello, can you help me?" is a call for help, not a greeting. */
const RULES: readonly Rule[] = [
  {
    matches: /\b(help|how do i|how can i|what can you do)\b/i,
    answer:
      "I am the offline demo model of Parley: I answer by a handful of rules, without any language model, so " +
      "that you can try everything around me. Send messages, poll the reply while it streams, cancel it, ask " +
      "for another answer, edit or delete a message, list your conversations. The model scripted/echo repeats " +
      "what you say, scripted/slow takes ten seconds, and the scripted/fail-… models fail as a provider would. " +
      SWITCH_HINT,
  },
  {
    matches: /\b(thanks|thank you|thx|cheers|much appreciated)\b/i,
    answer:
      "You are welcome! I am only the offline demo model, but your message and this answer are stored like " +
      `any others. ${SWITCH_HINT}`,
  },
  {
    matches: /\?|^\s*(who|what|when|where|why|which|how|can|could|is|are|do|does)\b/i,
    answer:
      "That is a question, and I have to be honest: I am the offline demo model of Parley. I recognise that " +
      `you asked something, but I cannot know the answer. ${SWITCH_HINT}`,
  },
  {
    matches: /^\s*(hello|hi|hey|good (morning|afternoon|evening)|greetings|howdy)\b/i,
    answer:
      "Hello! I am the offline demo model of Parley, here so that you can try the whole path of a message " +
      'without any account or key. Say "help" to see what you can try.',
  },
];

const DEFAULT_ANSWER =
  "I received your message and stored it. I am the offline demo model of Parley: I answer by rule and " +
  `understand very little. Say "help" to see what you can try. ${SWITCH_HINT}`;

/** What `scripted/demo` says to a message: always the same answer to the same message. */
export function demoAnswer(message: string): string {
  return RULES.find((rule) => rule.matches.test(message))?.answer ?? DEFAULT_ANSWER;
}
