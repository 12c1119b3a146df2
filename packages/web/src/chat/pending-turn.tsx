import { useEffect, useState } from "preact/hooks";
import { announce } from "../ui/announce.ts";
import { lateMillis, unanswered } from "../ui/late.ts";

/** A question that the server has not taken yet, as it will look when it has. */
export function PendingTurn({ content }: { content: string }) {
  const [isLate, setLate] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setLate(true);
      announce(unanswered);
    }, lateMillis);
    return () => clearTimeout(timer);
  }, []);
  return (
    <article class="turn">
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset is for a form */}
      <div class="question" role="group" aria-label="You">
        <div class="bubble" dir="auto">
          {content}
        </div>
        <div class="actions" />
      </div>
      <div class="answer answer-last">
        <Thinking />
        {isLate && <p class="muted">{unanswered}</p>}
        <div class="actions" />
      </div>
    </article>
  );
}

/** Until the first word. */
export function Thinking() {
  return (
    <p class="thinking" aria-hidden="true">
      <span />
      <span />
      <span />
    </p>
  );
}
