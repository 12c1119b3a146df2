interface Mark {
  start: number;
  end: number;
}

/** A piece of a message with what was looked for marked in it. Marks count code points. */
export function Highlighted({ text, marks }: { text: string; marks: readonly Mark[] }) {
  const points = Array.from(text);
  const piece = (start: number, end?: number) => points.slice(start, end).join("");
  const ends = [0, ...marks.map(({ end }) => end)];
  return (
    <span class="snippet" dir="auto">
      {marks.map(({ start, end }, index) => (
        <>
          {piece(ends[index] ?? 0, start)}
          <mark>{piece(start, end)}</mark>
        </>
      ))}
      {piece(ends.at(-1) ?? 0)}
    </span>
  );
}
