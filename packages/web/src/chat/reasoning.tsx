import { useState } from "preact/hooks";
import { parley } from "../session/session.ts";
import { inWords } from "../ui/words.ts";
import type { Answer } from "./turns.ts";

/** What the model thought before it answered: folded, and of an answer of before only read when it is opened. */
export function Reasoning({ answer }: { answer: Answer }) {
  const [read, setRead] = useState<string>();
  const stored = storedReply(answer);
  const text = answer.kind === "reply" ? answer.reply.reasoning.value : read;
  if (stored === undefined && !text) return null;

  function onToggle(isOpen: boolean) {
    if (!isOpen || stored === undefined || read !== undefined) return;
    parley.replies.get({ replyId: stored }).then(
      ({ reasoning }) => setRead(reasoning),
      (error: unknown) => setRead(inWords(error)),
    );
  }

  return (
    <details class="reasoning" onToggle={({ currentTarget }) => onToggle(currentTarget.open)}>
      <summary>Thinking</summary>
      <p dir="auto">{text ?? "…"}</p>
    </details>
  );
}

/** The reply of an answered message that has what was thought. */
function storedReply(answer: Answer): string | undefined {
  if (answer.kind === "reply" || answer.message.isDeleted) return undefined;
  const { reply } = answer.message;
  return reply !== null && "hasReasoning" in reply && reply.hasReasoning ? reply.id : undefined;
}
