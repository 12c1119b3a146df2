export interface ChoiceProps {
  name: string;
  label: string;
  isLabelHidden?: boolean;
  options: readonly { value: string; label: string }[];
  value?: string;
  onChange?: (value: string) => void;
}

/** One of several, in a form. */
export function Choice({ name, label, isLabelHidden = false, options, value, onChange }: ChoiceProps) {
  return (
    <div class="field">
      <label class={isLabelHidden ? "visually-hidden" : undefined} for={name}>
        {label}
      </label>
      <select
        class="input"
        id={name}
        name={name}
        onChange={({ currentTarget }) => onChange?.(currentTarget.value)}
      >
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
    </div>
  );
}
