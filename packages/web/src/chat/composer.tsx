import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../ui/icons.tsx";
import { inWords } from "../ui/words.ts";
import { drafts } from "./drafts.ts";
import { PriceNote } from "./price-note.tsx";

export interface ComposerProps {
  conversationId: string | undefined;
  model: string | null;
  isRunning?: boolean;
  onSend: (content: string) => Promise<void>;
  onStop?: () => Promise<void>;
  /** The arrow up in an empty field. */
  onEditLast?: () => void;
  children: ComponentChildren;
}

/** The field to go back to. */
export const composerId = "composer";

const maxLength = 32_768;
const coarse = matchMedia("(pointer: coarse)");

export function fitHeight(field: HTMLTextAreaElement | null) {
  if (field === null) return;
  field.style.height = "auto";
  field.style.height = `${field.scrollHeight}px`;
}

/** Where messages are written. Enter sends and Shift+Enter begins a line; on touch screens Enter begins a line. */
export function Composer(props: ComposerProps) {
  const { conversationId, model, isRunning = false, onSend, onStop, onEditLast, children } = props;
  const [text, setText] = useState(() => drafts.read(conversationId));
  const [isSending, setSending] = useState(false);
  const [fault, setFault] = useState<string>();
  const field = useRef<HTMLTextAreaElement>(null);
  const isMounted = useRef(true);

  useLayoutEffect(() => {
    if (!coarse.matches) field.current?.focus();
    return () => {
      isMounted.current = false;
    };
  }, []);
  useLayoutEffect(() => fitHeight(field.current), [text]);

  function write(next: string) {
    setText(next);
    drafts.write(conversationId, next);
  }

  async function send() {
    const content = text.trim();
    if (content === "" || isSending) return;
    setSending(true);
    setFault(undefined);
    try {
      setText("");
      await onSend(content);
      // Kept until now: what could not be sent must not be lost.
      drafts.write(conversationId, "");
    } catch (error) {
      if (isMounted.current) {
        write(text);
        setFault(inWords(error));
      }
    } finally {
      if (isMounted.current) setSending(false);
    }
  }

  function onKey(event: KeyboardEvent) {
    if (event.isComposing || event.keyCode === 229) return;
    if (event.key === "Enter" && !event.shiftKey && !coarse.matches) {
      event.preventDefault();
      void send();
    } else if (event.key === "ArrowUp" && text === "" && onEditLast !== undefined) {
      event.preventDefault();
      onEditLast();
    } else if (event.key === "Escape" && isRunning) {
      void onStop?.().catch((error: unknown) => setFault(inWords(error)));
    }
  }

  const canSend = text.trim() !== "" && !isSending;
  const showsStop = isRunning && text.trim() === "";
  return (
    <div class="composer-area">
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <form
        class="composer"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <textarea
          ref={field}
          id={composerId}
          rows={1}
          dir="auto"
          aria-label="Message"
          placeholder="Write a message"
          maxLength={maxLength}
          value={text}
          onInput={({ currentTarget }) => write(currentTarget.value)}
          onKeyDown={onKey}
        />
        <div class="composer-row">
          {children}
          <PriceNote conversationId={conversationId} model={model} text={text.trim()} />
          {showsStop ? (
            <button
              type="button"
              class="send-button"
              aria-label="Stop"
              title="Stop (Esc)"
              onClick={() => void onStop?.().catch((error: unknown) => setFault(inWords(error)))}
            >
              <Icon name="stop" filled />
            </button>
          ) : (
            <button
              type="submit"
              class="send-button"
              aria-label="Send"
              title="Send (Enter)"
              aria-disabled={!canSend}
            >
              <Icon name="send" />
            </button>
          )}
        </div>
      </form>
    </div>
  );
}
