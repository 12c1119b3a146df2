import { Chat } from "@ai-sdk/react";
import { ParleyChatTransport } from "@parley/client/ai-sdk";
import { StrictMode, use } from "react";
import { createRoot } from "react-dom/client";
import { Conversation } from "./conversation.tsx";
import { parley } from "./session.ts";
import { SignIn } from "./sign-in.tsx";

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
  return <Conversation chat={use(opened)} placeOf={(chat) => transport.apiIdOf(chat.id)} />;
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
