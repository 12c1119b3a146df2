import { Chat, useChat } from "@ai-sdk/react";
import { AssistantRuntimeProvider } from "@assistant-ui/react";
import { useAISDKRuntime } from "@assistant-ui/react-ai-sdk";
import { ParleyChatTransport } from "@parley/client/ai-sdk";
import { StrictMode, use, useEffect } from "react";
import { createRoot } from "react-dom/client";
import { parley } from "./session.ts";
import { SignIn } from "./sign-in.tsx";
import { Thread } from "./thread.tsx";

const transport = new ParleyChatTransport({ parley });

/** The chat of this page's address, or a new one. It lives outside of React, so that an answer outlives its component. */
async function openChat() {
  const id = location.hash.slice(1);
  return id
    ? new Chat({ id, transport, messages: await transport.loadMessages(id) })
    : new Chat({ transport });
}

let opened: ReturnType<typeof openChat> | undefined;

function App() {
  opened ??= openChat();
  const chat = use(opened);
  const runtime = useAISDKRuntime(useChat({ chat, resume: true }));
  const place = transport.apiIdOf(chat.id);
  useEffect(() => {
    if (place) history.replaceState(null, "", `#${place}`);
  }, [place]);
  return (
    <AssistantRuntimeProvider runtime={runtime}>
      <Thread />
    </AssistantRuntimeProvider>
  );
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <SignIn>
        <App />
      </SignIn>
    </StrictMode>,
  );
}
