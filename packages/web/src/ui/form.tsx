import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { inWords } from "./words.ts";

export interface FormProps {
  submit: string;
  /** Gets what was written, by the fields' names. */
  onSubmit: (values: Readonly<Record<string, string>>) => Promise<void>;
  onCancel?: () => void;
  /** Hears of every change. */
  onValues?: (values: Readonly<Record<string, string>>) => void;
  children: ComponentChildren;
}

function valuesOf(form: HTMLFormElement): Record<string, string> {
  return Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, String(value)]));
}

/** A form that says what went wrong above its button and can be sent once at a time. */
export function Form({ submit, onSubmit, onCancel, onValues, children }: FormProps) {
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  async function send(event: SubmitEvent) {
    event.preventDefault();
    if (isBusy) return;
    const values = valuesOf(event.currentTarget as HTMLFormElement);
    setBusy(true);
    setFault(undefined);
    try {
      await onSubmit(values);
    } catch (error) {
      setFault(inWords(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <form class="form" onSubmit={send} onInput={({ currentTarget }) => onValues?.(valuesOf(currentTarget))}>
      {children}
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <div class="form-row">
        {onCancel !== undefined && (
          <button class="button" type="button" onClick={onCancel}>
            Cancel
          </button>
        )}
        <button class="button button-primary" type="submit" aria-disabled={isBusy}>
          {submit}
        </button>
      </div>
    </form>
  );
}

export interface FieldProps {
  name: string;
  label: string;
  hint?: string;
  type?: "text" | "email" | "password" | "number";
  autocomplete?: string;
  value?: string;
  autofocus?: boolean;
  isOptional?: boolean;
  isReadOnly?: boolean;
  inputMode?: "numeric";
  pattern?: string;
  min?: number;
  max?: number;
  step?: number | "any";
  onChange?: (event: { currentTarget: HTMLInputElement }) => void;
  maxLength?: number;
}

export function Field({
  name,
  label,
  hint,
  autofocus = false,
  isOptional = false,
  isReadOnly = false,
  value,
  ...rest
}: FieldProps) {
  const hintId = hint === undefined ? undefined : `${name}-hint`;
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        {...(rest as object)}
        class="input"
        id={name}
        name={name}
        defaultValue={value}
        required={!isOptional}
        readOnly={isReadOnly}
        dir={rest.type === undefined ? "auto" : undefined}
        aria-describedby={hintId}
        ref={(element) => {
          if (autofocus && element !== null && document.activeElement === document.body) element.focus();
        }}
      />
      {hint !== undefined && (
        <p class="hint" id={hintId}>
          {hint}
        </p>
      )}
    </div>
  );
}
