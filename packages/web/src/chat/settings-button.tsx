import { useState } from "preact/hooks";
import { Icon } from "../ui/icons.tsx";
import { lazy } from "../ui/lazy.tsx";
import type { ChatSettingsProps } from "./chat-settings.tsx";

const ChatSettings = lazy<ChatSettingsProps>(async () => (await import("./chat-settings.tsx")).ChatSettings);

/** Opens what the conversation's models are told besides its messages, how they are asked, and how long it is kept. */
export function SettingsButton(props: Omit<ChatSettingsProps, "onClose">) {
  const [isOpen, setOpen] = useState(false);
  const label = "Chat settings";
  return (
    <>
      <button
        type="button"
        class="icon-button"
        aria-label={label}
        title={label}
        onClick={() => setOpen(true)}
      >
        <Icon name="settings" />
      </button>
      {isOpen && <ChatSettings {...props} onClose={() => setOpen(false)} />}
    </>
  );
}
