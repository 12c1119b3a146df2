import type { Conversation, PushEvent } from "@parley/client";
import { signal } from "@preact/signals";
import { parley } from "../session/session.ts";
import { inWords } from "../ui/words.ts";

export type ListStatus = "active" | "archived";

type ConversationEvent = Extract<PushEvent, { type: "conversation.updated" }>;

const pageSize = 40;

/** The conversations of the sidebar, newest first, a page at a time. */
export function createConversationList() {
  const status = signal<ListStatus>("active");
  const items = signal<readonly Conversation[]>([]);
  const isLoaded = signal(false);
  const fault = signal<string | undefined>(undefined);
  /** Why the next page could not be read. */
  const olderFault = signal<string | undefined>(undefined);
  let nextCursor: string | null = null;
  let isLoadingMore = false;
  let generation = 0;

  const hasMore = signal(false);

  /** Reads the newest page; older ones that were loaded stay. */
  async function refresh(): Promise<void> {
    generation += 1;
    const present = generation;
    const asked = status.value;
    try {
      const page = await parley.conversations.list({ status: asked, limit: pageSize });
      if (present !== generation) return;
      const fresh = new Set(page.data.map(({ id }) => id));
      const oldest = page.data.at(-1)?.updatedAt ?? "";
      const older =
        isLoaded.value && page.nextCursor !== null
          ? items.value.filter((item) => !fresh.has(item.id) && item.updatedAt <= oldest)
          : [];
      if (older.length === 0) nextCursor = page.nextCursor;
      hasMore.value = nextCursor !== null;
      items.value = [...page.data, ...older];
      fault.value = undefined;
    } catch (error) {
      if (present !== generation) return;
      fault.value = inWords(error);
    }
    isLoaded.value = true;
  }

  return {
    status,
    items,
    isLoaded,
    hasMore,
    fault,
    olderFault,
    refresh,
    async loadMore(): Promise<void> {
      if (nextCursor === null || isLoadingMore) return;
      isLoadingMore = true;
      const present = generation;
      try {
        const page = await parley.conversations.list({
          status: status.value,
          limit: pageSize,
          cursor: nextCursor,
        });
        if (present !== generation) return;
        const known = new Set(items.value.map(({ id }) => id));
        nextCursor = page.nextCursor;
        hasMore.value = nextCursor !== null;
        items.value = [...items.value, ...page.data.filter(({ id }) => !known.has(id))];
        olderFault.value = undefined;
      } catch (error) {
        olderFault.value = inWords(error);
      } finally {
        isLoadingMore = false;
      }
    },
    async show(next: ListStatus): Promise<void> {
      if (next === status.value) return;
      status.value = next;
      items.value = [];
      nextCursor = null;
      isLoaded.value = false;
      await refresh();
    },
    /** One that is new, or has changed. */
    put(conversation: Conversation): void {
      if (conversation.status !== status.value) return;
      const isKnown = items.value.some(({ id }) => id === conversation.id);
      items.value = isKnown
        ? items.value.map((item) => (item.id === conversation.id ? conversation : item))
        : [conversation, ...items.value];
    },
    /** What was pushed of one: it may be called otherwise by now, or belong to another list. */
    adopt({ conversationId, ...told }: Omit<ConversationEvent, "type">): void {
      const known = items.value.find(({ id }) => id === conversationId);
      if (known === undefined || known.updatedAt > told.updatedAt) return;
      const { expiresAt = known.expiresAt } = told;
      if (told.status !== status.value) items.value = items.value.filter((item) => item !== known);
      else items.value = items.value.map((item) => (item === known ? { ...item, ...told, expiresAt } : item));
    },
    take(id: string): void {
      items.value = items.value.filter((item) => item.id !== id);
    },
  };
}
