import type { Conversation } from "@parley/client";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { parley } from "../session/session.ts";
import { Icon } from "../ui/icons.tsx";
import { Menu } from "../ui/menu.tsx";
import { addresses, go, place } from "../ui/router.ts";
import { showToast } from "../ui/toast.tsx";
import { inWords } from "../ui/words.ts";
import { useWorkspace, type Workspace } from "../workspace.ts";

const untitled = "Untitled";

function leaveIfOpen(id: string) {
  if (place.value.conversationId === id) go(addresses.newChat);
}

const tell = (error: unknown) => showToast(inWords(error));

async function archive({ conversations }: Workspace, { id, status }: Conversation) {
  const before = status === "archived" ? "archived" : "active";
  const next = before === "active" ? "archived" : "active";
  await parley.conversations.update({ conversationId: id, status: next });
  conversations.take(id);
  if (next === "archived") leaveIfOpen(id);
  showToast(next === "archived" ? "Archived" : "Back among your conversations", {
    label: "Undo",
    run: () =>
      void parley.conversations
        .update({ conversationId: id, status: before })
        .then(() => conversations.refresh())
        .catch(tell),
  });
}

async function remove({ conversations, dropThread }: Workspace, { id }: Conversation) {
  await parley.conversations.delete({ conversationId: id });
  conversations.take(id);
  leaveIfOpen(id);
  dropThread(id);
  showToast("Conversation deleted", {
    label: "Undo",
    run: () =>
      void parley.conversations
        .restore({ conversationId: id })
        .then(() => conversations.refresh())
        .catch(tell),
  });
}

export function ConversationItem({
  conversation,
  isCurrent,
}: {
  conversation: Conversation;
  isCurrent: boolean;
}) {
  const workspace = useWorkspace();
  const [isRenaming, setRenaming] = useState(false);
  const title = conversation.title ?? untitled;
  if (isRenaming) return <Rename conversation={conversation} onEnd={() => setRenaming(false)} />;
  return (
    <li class={isCurrent ? "conversation conversation-current" : "conversation"}>
      <a
        href={addresses.conversation(conversation.id)}
        aria-current={isCurrent ? "page" : undefined}
        dir="auto"
        title={title}
      >
        {title}
      </a>
      <Menu
        label={`Options of ${title}`}
        items={[
          { label: "Rename", icon: "edit", onChoose: () => setRenaming(true) },
          {
            label: conversation.status === "active" ? "Archive" : "Put back",
            icon: "archive",
            onChoose: () => void archive(workspace, conversation).catch(tell),
          },
          {
            label: "Delete",
            icon: "trash",
            isDanger: true,
            onChoose: () => void remove(workspace, conversation).catch(tell),
          },
        ]}
      >
        <Icon name="more" />
      </Menu>
    </li>
  );
}

function Rename({ conversation, onEnd }: { conversation: Conversation; onEnd: () => void }) {
  const { conversations } = useWorkspace();
  const input = useRef<HTMLInputElement>(null);
  const isDone = useRef(false);
  useLayoutEffect(() => input.current?.select(), []);

  async function save() {
    if (isDone.current) return;
    isDone.current = true;
    const title = input.current?.value.trim() ?? "";
    onEnd();
    if (title === "" || title === conversation.title) return;
    conversations.put({ ...conversation, title });
    try {
      await parley.conversations.update({ conversationId: conversation.id, title });
    } catch (error) {
      conversations.put(conversation);
      tell(error);
    }
  }

  return (
    <li class="conversation">
      <input
        class="rename"
        ref={input}
        aria-label="Title"
        maxLength={200}
        defaultValue={conversation.title ?? ""}
        onBlur={() => void save()}
        onKeyDown={({ key, isComposing }) => {
          if (isComposing) return;
          if (key === "Enter") void save();
          if (key === "Escape") {
            isDone.current = true;
            onEnd();
          }
        }}
      />
    </li>
  );
}
