import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { inWords } from "../ui/words.ts";
import { fitHeight } from "./composer.tsx";

export interface QuestionEditorProps {
  text: string;
  onCancel: () => void;
  onSave: (text: string) => Promise<void>;
}

/** A question in other words, in its place. */
export function QuestionEditor({ text, onCancel, onSave }: QuestionEditorProps) {
  const [value, setValue] = useState(text);
  const [fault, setFault] = useState<string>();
  const isBusy = useRef(false);
  const field = useRef<HTMLTextAreaElement>(null);
  // At once: the next key is meant for it.
  useLayoutEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(text.length, text.length);
  }, []);
  useLayoutEffect(() => fitHeight(field.current), [value]);

  async function save() {
    const content = value.trim();
    if (content === "" || isBusy.current) return;
    isBusy.current = true;
    await onSave(content).catch((error: unknown) => setFault(inWords(error)));
    isBusy.current = false;
  }

  return (
    <form
      class="question-editor"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <textarea
        ref={field}
        dir="auto"
        rows={1}
        aria-label="Edit your message"
        maxLength={32_768}
        value={value}
        onInput={({ currentTarget }) => setValue(currentTarget.value)}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Escape") onCancel();
          if (event.key === "Enter" && !event.shiftKey) {
            event.preventDefault();
            void save();
          }
        }}
      />
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <div class="editor-row">
        <button type="button" class="button" onClick={onCancel}>
          Cancel
        </button>
        <button type="submit" class="button button-primary" aria-disabled={value.trim() === ""}>
          Send
        </button>
      </div>
    </form>
  );
}
