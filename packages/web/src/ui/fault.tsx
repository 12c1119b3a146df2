/** What went wrong, and the button that tries it again. */
export function Fault({ text, onRetry }: { text: string; onRetry: () => void }) {
  return (
    <div class="failure" role="alert">
      <p>{text}</p>
      <button type="button" class="button" onClick={onRetry}>
        Try again
      </button>
    </div>
  );
}
