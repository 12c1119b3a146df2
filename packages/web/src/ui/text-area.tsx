import { useLayoutEffect, useRef } from "preact/hooks";

export interface TextAreaProps {
  name: string;
  label: string;
  hint?: string;
  value?: string;
  maxLength: number;
  isReadOnly?: boolean;
}

/** A field for a longer text, as high as what is in it. */
export function TextArea({ name, label, hint, value = "", maxLength, isReadOnly = false }: TextAreaProps) {
  const field = useRef<HTMLTextAreaElement>(null);
  function fit() {
    const area = field.current;
    if (area === null) return;
    area.style.height = "auto";
    area.style.height = `${area.scrollHeight + 2}px`;
  }
  useLayoutEffect(fit, [value]);
  const hintId = hint === undefined ? undefined : `${name}-hint`;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <textarea
        ref={field}
        class="input"
        id={name}
        name={name}
        dir="auto"
        rows={6}
        required
        readOnly={isReadOnly}
        maxLength={maxLength}
        defaultValue={value}
        aria-describedby={hintId}
        onInput={fit}
      />
      {hint !== undefined && (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}
