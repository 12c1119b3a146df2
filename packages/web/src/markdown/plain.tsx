/** A text as it was written. */
export function Plain({ text }: { text: string }) {
  return (
    <div class="prose">
      <p dir="auto" class="literal">
        {text}
      </p>
    </div>
  );
}
