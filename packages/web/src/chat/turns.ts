import type { Message, Reply } from "@parley/client";
import type { Signal } from "@preact/signals";

/** A reply whose text is not a message: it is on its way, was stopped before its first word, or has failed. */
export interface LiveReply {
  id: string;
  status: Reply["status"];
  error: Reply["error"];
  /** Its own signal: when the text grows, nothing else is drawn again. */
  text: Signal<string>;
  /** What the model thinks; likewise. */
  reasoning: Signal<string>;
}

/** What an answer may be: a message, or a reply that has none. */
export type Answer = { kind: "message"; message: Message } | { kind: "reply"; reply: LiveReply };

/** A question with all its answers, in the order they were made; an imported answer may have no question. */
export interface Turn {
  key: string;
  question: Message | undefined;
  answers: readonly Answer[];
}

/** @param messages of a conversation, in order */
export function turnsOf(messages: readonly Message[], live: ReadonlyMap<string, LiveReply>): Turn[] {
  const turns: Turn[] = [];
  const byQuestion = new Map<string, Message[]>();
  const questions = new Set(messages.filter(({ role }) => role === "user").map(({ id }) => id));
  for (const message of messages) {
    if (message.role !== "assistant" || message.replyTo === null || !questions.has(message.replyTo)) continue;
    byQuestion.set(message.replyTo, [...(byQuestion.get(message.replyTo) ?? []), message]);
  }
  for (const message of messages) {
    if (message.role === "user") {
      const answers: Answer[] = (byQuestion.get(message.id) ?? [])
        .toSorted((left, right) => left.createdAt.localeCompare(right.createdAt))
        .map((answer) => ({ kind: "message", message: answer }));
      const reply = live.get(message.id);
      if (reply !== undefined) answers.push({ kind: "reply", reply });
      turns.push({ key: message.id, question: message, answers });
    } else if (message.replyTo === null || !questions.has(message.replyTo)) {
      turns.push({ key: message.id, question: undefined, answers: [{ kind: "message", message }] });
    }
  }
  return turns;
}

/** The latest replies of questions, where they are neither shown nor among the answers. */
export function openReplies(
  messages: readonly Message[],
  live: ReadonlyMap<string, LiveReply>,
): { questionId: string; replyId: string }[] {
  const answered = new Set(messages.map(({ role, reply }) => (role === "assistant" ? reply?.id : "")));
  return messages.flatMap(({ role, id, reply }) => {
    const isOpen = role === "user" && reply !== null && !answered.has(reply.id);
    return isOpen && live.get(id)?.id !== reply.id ? [{ questionId: id, replyId: reply.id }] : [];
  });
}

/** Where a turn stands in its conversation. */
export function positionOf({ question, answers: [answer] }: Turn): number {
  return (question ?? (answer?.kind === "message" ? answer.message : undefined))?.position ?? 0;
}

/** Why an answer ends before its end, for people. */
export function earlyEnd({ role, reply }: Message): string | undefined {
  if (role !== "assistant") return undefined;
  if (reply?.status === "cancelled") return "Stopped";
  return reply?.status === "incomplete" ? "Cut off at its length limit" : undefined;
}

export function isRunning({ status }: Pick<LiveReply, "status">): boolean {
  return status === "queued" || status === "in_progress";
}

/** Says whether a turn looks as it did: in a long chat only what has changed is drawn again. */
export function isSameTurn(left: Turn, right: Turn): boolean {
  return (
    left.question === right.question &&
    left.answers.length === right.answers.length &&
    left.answers.every((answer, index) => {
      const other = right.answers[index];
      return answer.kind === "message"
        ? other?.kind === "message" && answer.message === other.message
        : other?.kind === "reply" && answer.reply === other.reply;
    })
  );
}
