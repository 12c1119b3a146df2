export interface Measure {
  label: string;
  value: number;
}

/** A bar for each day or the like; the label of the first and the last stand below, the highest value above. */
export function Columns({ name, measures }: { name: string; measures: readonly Measure[] }) {
  const highest = Math.max(1, ...measures.map(({ value }) => value));
  const total = measures.reduce((sum, { value }) => sum + value, 0);
  return (
    <figure class="columns">
      <figcaption>
        <span>{name}</span>
        <strong>{total.toLocaleString("en")}</strong>
      </figcaption>
      <svg
        viewBox={`0 0 ${measures.length * 10} 100`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${name}: ${total.toLocaleString("en")} altogether, at most ${highest.toLocaleString("en")} in one of ${measures.length}`}
      >
        {measures.map(({ label, value }, index) => (
          <g key={label}>
            <title>{`${label}: ${value.toLocaleString("en")}`}</title>
            <rect class="column-back" x={index * 10} y="0" width="10" height="100" />
            <rect
              class="column"
              x={index * 10 + 1.5}
              y={100 - heightOf(value, highest)}
              width="7"
              height={heightOf(value, highest)}
            />
          </g>
        ))}
      </svg>
      <p class="column-ends">
        <span>{measures[0]?.label}</span>
        <span>{measures.at(-1)?.label}</span>
      </p>
    </figure>
  );
}

/** What is little is still seen. */
function heightOf(value: number, highest: number): number {
  return value === 0 ? 0.8 : Math.max(3, (100 * value) / highest);
}

/** A line for each, as long as its share of the highest. */
export function Bars({ measures }: { measures: readonly Measure[] }) {
  const highest = Math.max(1, ...measures.map(({ value }) => value));
  return (
    <ul class="bars">
      {measures.map(({ label, value }) => (
        <li key={label}>
          <span>{label}</span>
          <span class="bar-value">{value.toLocaleString("en")}</span>
          <svg viewBox="0 0 100 1" preserveAspectRatio="none" aria-hidden="true">
            <rect class="column-back" width="100" height="1" />
            <rect class="column" width={(100 * value) / highest} height="1" />
          </svg>
        </li>
      ))}
    </ul>
  );
}
