import { useEffect, useState } from "preact/hooks";
import { announce } from "../ui/announce.ts";

/** A server that takes a question does so at once; after this long people are told that it has not. */
const longMillis = 10_000;
const unanswered = "The server has not answered yet.";

/** A question that the server has not taken yet, as it will look when it has. */
export function PendingTurn({ content }: { content: string }) {
  const [isLong, setLong] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => {
      setLong(true);
      announce(unanswered);
    }, longMillis);
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
        {isLong && <p class="muted">{unanswered}</p>}
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
