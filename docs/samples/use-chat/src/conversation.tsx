import { type Chat, type UIMessage, useChat } from "@ai-sdk/react";
import { useEffect } from "react";

function Message({ message }: { message: UIMessage }) {
  const text = message.parts.map((part) => (part.type === "text" ? part.text : ""));
  return <p className={message.role}>{text.join("")}</p>;
}

interface Props {
  chat: Chat<UIMessage>;
  /** Where the chat is found again, once it is stored. */
  placeOf(chat: Chat<UIMessage>): string | undefined;
}

export function Conversation({ chat, placeOf }: Props) {
  const { messages, sendMessage, regenerate, stop, status, error } = useChat({ chat, resume: true });
  const isBusy = status === "submitted" || status === "streaming";
  const place = placeOf(chat);
  useEffect(() => {
    if (place) history.replaceState(null, "", `#${place}`);
  }, [place]);
  return (
    <main>
      <div role="log">
        {messages.map((message) => (
          <Message key={message.id} message={message} />
        ))}
      </div>
      <p role="alert">{error?.message}</p>
      <form action={(form) => void sendMessage({ text: String(form.get("content")) })}>
        <label>
          Message <input name="content" autoComplete="off" required />
        </label>
        <button type="submit" disabled={isBusy}>
          Send
        </button>
        <button type="button" disabled={!isBusy} onClick={stop}>
          Stop
        </button>
        <button type="button" disabled={isBusy || messages.length === 0} onClick={() => regenerate()}>
          Ask again
        </button>
      </form>
    </main>
  );
}
