import type { Conversation as ConversationData } from "@parley/client";
import { useEffect, useState } from "preact/hooks";
import { DrawerButton } from "../ui/drawer.tsx";
import { Icon } from "../ui/icons.tsx";
import { addresses, go } from "../ui/router.ts";
import { dayOf } from "../ui/times.ts";
import { showToast } from "../ui/toast.tsx";
import { inWords } from "../ui/words.ts";
import { useWorkspace } from "../workspace.ts";
import { beginChat, type ChosenPrompt } from "./begin-chat.ts";
import type { Note } from "./chat-settings.tsx";
import { Composer } from "./composer.tsx";
import { MessageLog } from "./message-log.tsx";
import { ModelChoice } from "./model-choice.tsx";
import { PendingTurn } from "./pending-turn.tsx";
import { changed, modelOf, type ReplySettings, takenBy, withoutOthers } from "./reply-settings.ts";
import { SettingsButton } from "./settings-button.tsx";
import type { Thread } from "./thread.ts";

export function ChatPage({ conversationId }: { conversationId: string | undefined }) {
  const workspace = useWorkspace();
  if (conversationId === undefined) return <NewChat />;
  return <Conversation thread={workspace.threadOf(conversationId)} />;
}

function useTitle(title: string) {
  useEffect(() => {
    document.title = title;
  }, [title]);
}

function NewChat() {
  const workspace = useWorkspace();
  const [model, setModel] = useState<string | null>(null);
  const [prompt, setPrompt] = useState<ChosenPrompt>({ kind: "default" });
  const [notes, setNotes] = useState<readonly Note[]>([]);
  const [expiresInDays, setExpiresInDays] = useState<number | null>(null);
  const [settings, setSettings] = useState<ReplySettings>({});
  const [pending, setPending] = useState<string>();
  const name = workspace.me.value?.displayName;
  useTitle("Parley");

  async function begin(content: string) {
    setPending(content);
    try {
      const noteIds = notes.map(({ id }) => id);
      const taken = takenBy(modelOf(workspace.models.value, model), settings);
      const begun = await beginChat({ content, model, prompt, noteIds, expiresInDays, settings: taken });
      if (begun === undefined) return;
      workspace.begin(begun.conversation, begun.message, begun.reply);
      go(addresses.conversation(begun.conversation.id));
    } catch (error) {
      setPending(undefined);
      throw error;
    }
  }

  return (
    <main class="chat">
      <header class="page-head">
        <DrawerButton />
      </header>
      <div class={pending === undefined ? "welcome" : "begun"}>
        {pending === undefined ? (
          <h1 dir="auto">{name ? `What is on your mind, ${name}?` : "What is on your mind?"}</h1>
        ) : (
          <div class="log-frame">
            <div class="log-scroller">
              <div class="log">
                <PendingTurn content={pending} />
              </div>
            </div>
          </div>
        )}
        <Composer conversationId={undefined} model={model} onSend={begin}>
          <ModelChoice chosen={model} onChoose={setModel} />
          <SettingsButton
            conversationId={undefined}
            prompt={prompt}
            promptText={null}
            onPrompt={async (next) => setPrompt(next)}
            notes={notes}
            onNotes={setNotes}
            model={model}
            settings={settings}
            onSettings={async (change) => setSettings(changed(settings, change))}
            expiresInDays={expiresInDays}
            onExpiry={async (days) => setExpiresInDays(days)}
          />
        </Composer>
      </div>
    </main>
  );
}

function Conversation({ thread }: { thread: Thread }) {
  const workspace = useWorkspace();
  const { state, conversation, running } = thread;
  const title = conversation.value?.title ?? "Untitled";
  useTitle(conversation.value === undefined ? "Parley" : `${title} · Parley`);
  if (state.value === "missing") return <Missing />;
  return (
    <main class="chat">
      <header class="page-head">
        <DrawerButton />
        <div class="page-title">
          <h1 dir="auto">{conversation.value === undefined ? "" : title}</h1>
          {conversation.value !== undefined && <Origin conversation={conversation.value} />}
        </div>
        <a class="icon-button drawer-button" href={addresses.newChat} aria-label="New chat">
          <Icon name="edit" />
        </a>
      </header>
      <MessageLog thread={thread} />
      <Composer
        conversationId={thread.conversationId}
        model={conversation.value?.model ?? null}
        isRunning={running.value.length > 0}
        onSend={thread.send}
        onStop={thread.stop}
        onEditLast={() =>
          document.querySelector<HTMLElement>(".chunk:last-child .turn:last-child [data-edit]")?.click()
        }
      >
        <ModelChoice
          chosen={conversation.value?.model ?? null}
          onChoose={(model) => {
            const settings = withoutOthers(
              modelOf(workspace.models.value, model),
              conversation.value?.settings ?? {},
            );
            void thread.update({ model, settings }).catch((error: unknown) => showToast(inWords(error)));
          }}
        />
        {conversation.value !== undefined && (
          <SettingsButton
            conversationId={thread.conversationId}
            prompt={promptOf(conversation.value)}
            promptText={conversation.value.systemPrompt}
            onPrompt={(prompt) =>
              thread.update({ systemPromptId: prompt.kind === "saved" ? prompt.id : null })
            }
            notes={[]}
            onNotes={() => {}}
            model={conversation.value.model}
            settings={conversation.value.settings}
            onSettings={(settings) => thread.update({ settings })}
            expiresInDays={conversation.value.expiresInDays}
            onExpiry={(days) => thread.update({ expiresInDays: days })}
          />
        )}
      </Composer>
    </main>
  );
}

/** Where a fork was copied from, and how long a conversation is kept. */
function Origin({ conversation: { forkedFrom, expiresAt } }: { conversation: ConversationData }) {
  return (
    <>
      {expiresAt !== null && <span class="hint">Kept until {dayOf(expiresAt)}</span>}
      {forkedFrom !== null && (
        <a class="hint" href={addresses.conversation(forkedFrom.conversationId)}>
          Forked chat
        </a>
      )}
    </>
  );
}

function promptOf(conversation: ConversationData): ChosenPrompt {
  if (conversation.systemPromptId) return { kind: "saved", id: conversation.systemPromptId };
  return { kind: conversation.systemPrompt ? "own text" : "none" };
}

function Missing() {
  return (
    <main class="chat">
      <header class="page-head">
        <DrawerButton />
      </header>
      <div class="welcome">
        <h1>This conversation is not here</h1>
        <p class="muted">It was deleted, or belongs to somebody else.</p>
        <a class="button button-primary" href={addresses.newChat}>
          New chat
        </a>
      </div>
    </main>
  );
}
