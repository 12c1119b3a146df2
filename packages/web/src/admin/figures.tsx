export interface Figure {
  name: string;
  value: string;
  about: string;
}

export function Figures({ figures }: { figures: readonly Figure[] }) {
  return (
    <dl class="figures">
      {figures.map(({ name, value, about }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {value}
            <small>{about}</small>
          </dd>
        </div>
      ))}
    </dl>
  );
}
