import { useEffect, useState } from "preact/hooks";
import { announce } from "./announce.ts";
import { Icon } from "./icons.tsx";

const shownMillis = 1_500;

/** Browsers lend the clipboard to secure origins only. */
async function copy(text: string): Promise<void> {
  if (navigator.clipboard !== undefined) return navigator.clipboard.writeText(text);
  const area = document.createElement("textarea");
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return undefined;
    const timer = setTimeout(() => setCopied(false), shownMillis);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <button
      type="button"
      class="icon-button"
      aria-label={label}
      title={label}
      onClick={async () => {
        await copy(text);
        setCopied(true);
        announce("Copied");
      }}
    >
      <Icon name={isCopied ? "check" : "copy"} />
    </button>
  );
}
