/** A question that the server has not taken yet, as it will look when it has. */
export function PendingTurn({ content }: { content: string }) {
  return (
    <article class="turn">
      <section class="question" aria-label="You">
        <div class="bubble" dir="auto">
          {content}
        </div>
        <div class="actions" />
      </section>
      <section class="answer answer-last">
        <Thinking />
        <div class="actions" />
      </section>
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
