import { signal } from "@preact/signals";
import { announce } from "./announce.ts";

interface Toast {
  text: string;
  action?: { label: string; run: () => void };
}

const toast = signal<Toast | undefined>(undefined);
const shownMillis = 8_000;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Says something in passing, with one thing that can be done about it. */
export function showToast(text: string, action?: Toast["action"]): void {
  clearTimeout(timer);
  toast.value = action === undefined ? { text } : { text, action };
  announce(text);
  timer = setTimeout(closeToast, shownMillis);
}

function closeToast(): void {
  clearTimeout(timer);
  toast.value = undefined;
}

export function ToastArea() {
  if (toast.value === undefined) return null;
  const { text, action } = toast.value;
  return (
    <section class="toast" aria-label="Notice">
      <span>{text}</span>
      {action !== undefined && (
        <button
          type="button"
          class="link"
          onClick={() => {
            closeToast();
            action.run();
          }}
        >
          {action.label}
        </button>
      )}
    </section>
  );
}
