import type { Conversation, Message, Operations, Reply } from "@parley/client";
import { signal } from "@preact/signals";
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { createThread, type Thread } from "./chat/thread.ts";
import { parley } from "./session/session.ts";
import { createConversationList } from "./sidebar/conversation-list.ts";

export type Me = Awaited<ReturnType<Operations["me"]["get"]>>;
export type Model = Awaited<ReturnType<Operations["models"]["list"]>>["data"][number];

const keptThreads = 12;
/** How old the list of models may get. */
const modelsMillis = 60_000;
/** After the last change that was heard of: several come at once. */
const settleMillis = 150;

export type Workspace = ReturnType<typeof createWorkspace>;

/** All that the page knows of the person who has signed in; it ends with the session. */
export function createWorkspace() {
  const me = signal<Me | undefined>(undefined);
  const models = signal<readonly Model[]>([]);
  const available = signal<number | undefined>(undefined);
  const conversations = createConversationList();
  const threads = new Map<string, Thread>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let modelsReadAt = 0;

  function refreshModels() {
    modelsReadAt = Date.now();
    void parley.models.list().then(
      ({ data }) => {
        models.value = data;
      },
      () => {},
    );
  }

  /** Reads again what a reply changes for the whole page. */
  function refreshSoon() {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (Date.now() - modelsReadAt >= modelsMillis) refreshModels();
      void conversations.refresh().then(
        () => {
          // Where nothing is pushed, this is how an open conversation hears of its title.
          for (const item of conversations.items.value) threads.get(item.id)?.adopt(item);
        },
        () => {},
      );
      void parley.me.tokens().then(
        (tokens) => {
          available.value = tokens.available;
        },
        () => {},
      );
    }, settleMillis);
  }

  function keepThread(thread: Thread): Thread {
    threads.set(thread.conversationId, thread);
    const [oldest] = threads.keys();
    if (threads.size > keptThreads && oldest !== undefined) dropThread(oldest);
    return thread;
  }

  function dropThread(conversationId: string) {
    threads.get(conversationId)?.close();
    threads.delete(conversationId);
  }

  const stopListening = parley.push?.listen((event) => {
    if (!("conversationId" in event) || "offset" in event) return;
    if (event.type === "conversation.updated") {
      threads.get(event.conversationId)?.adopt(event);
      conversations.adopt(event);
      refreshSoon();
      return;
    }
    threads.get(event.conversationId)?.heard(event.replyId, event.messageId);
    refreshSoon();
  });

  // A page that slept has missed what was pushed.
  const onVisible = () => {
    if (document.visibilityState !== "visible") return;
    for (const thread of threads.values()) void thread.refresh();
    refreshSoon();
  };
  document.addEventListener("visibilitychange", onVisible);
  window.addEventListener("online", onVisible);

  void parley.me.get().then(
    (found) => {
      me.value = found;
    },
    () => {},
  );
  refreshModels();
  refreshSoon();

  return {
    me,
    models,
    available,
    conversations,
    refreshSoon,
    refreshModels,
    /** What is known of a conversation stays while another one is looked at. */
    threadOf(conversationId: string): Thread {
      const known = threads.get(conversationId);
      if (known !== undefined) return known;
      const thread = keepThread(createThread(conversationId, refreshSoon));
      void thread.load();
      return thread;
    },
    /** Of a conversation that was begun a moment ago. */
    begin(conversation: Conversation, message: Message, reply: Reply): void {
      const thread = keepThread(createThread(conversation.id, refreshSoon));
      thread.begin(conversation, message, reply);
      conversations.put(conversation);
      refreshSoon();
    },
    dropThread,
    close() {
      clearTimeout(timer);
      stopListening?.();
      document.removeEventListener("visibilitychange", onVisible);
      window.removeEventListener("online", onVisible);
      for (const thread of threads.values()) thread.close();
    },
  };
}

export const WorkspaceContext = createContext<Workspace | undefined>(undefined);

export function useWorkspace(): Workspace {
  const workspace = useContext(WorkspaceContext);
  if (workspace === undefined) throw new Error("Nobody has signed in.");
  return workspace;
}
