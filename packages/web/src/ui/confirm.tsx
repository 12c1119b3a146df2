import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "./dialog.tsx";
import { inWords } from "./words.ts";

export interface ConfirmProps {
  title: string;
  /** What the button does, such as `Revoke`. */
  action: string;
  isDanger?: boolean;
  /** false: the button does nothing yet. */
  isReady?: boolean;
  onConfirm: () => Promise<void>;
  onClose: () => void;
  children: ComponentChildren;
}

/** Asks before something that cannot be undone. */
export function Confirm({
  title,
  action,
  isDanger = true,
  isReady = true,
  onConfirm,
  onClose,
  children,
}: ConfirmProps) {
  const [fault, setFault] = useState<string>();
  const [isBusy, setBusy] = useState(false);

  async function confirm() {
    if (isBusy || !isReady) return;
    setBusy(true);
    setFault(undefined);
    try {
      await onConfirm();
      onClose();
    } catch (error) {
      setFault(inWords(error));
      setBusy(false);
    }
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <div class="dialog-body">{children}</div>
      {fault !== undefined && (
        <p class="fault" role="alert">
          {fault}
        </p>
      )}
      <div class="dialog-row">
        <button type="button" class="button" onClick={onClose}>
          Cancel
        </button>
        <button
          type="button"
          class={isDanger ? "button button-danger" : "button button-primary"}
          aria-disabled={isBusy || !isReady}
          onClick={() => void confirm()}
        >
          {action}
        </button>
      </div>
    </Dialog>
  );
}
