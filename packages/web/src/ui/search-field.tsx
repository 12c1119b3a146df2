import { Icon } from "./icons.tsx";

export interface SearchFieldProps {
  label: string;
  words: string;
  onWords: (words: string) => void;
}

/** Narrows the list below it. */
export function SearchField({ label, words, onWords }: SearchFieldProps) {
  return (
    <div class="list-search">
      <Icon name="search" />
      <input
        class="input"
        type="search"
        aria-label={label}
        placeholder={label}
        maxLength={256}
        value={words}
        onInput={({ currentTarget }) => onWords(currentTarget.value)}
      />
    </div>
  );
}
