/** A question that the server has not taken yet, as it will look when it has. */
export function PendingTurn({ content }: { content: string }) {
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
