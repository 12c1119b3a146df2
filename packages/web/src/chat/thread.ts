import { type Conversation, type Message, ParleyError, type Reply } from "@parley/client";
import { batch, computed, signal } from "@preact/signals";
import { Markdown } from "../markdown/lazy-markdown.ts";
import { parley } from "../session/session.ts";
import { tellingLate, unanswered } from "../ui/late.ts";
import { inWords } from "../ui/words.ts";
import { followReply } from "./follow-reply.ts";
import { createOutbox } from "./outbox.ts";
import { readWhole } from "./read-whole.ts";
import type { SettingsChange } from "./reply-settings.ts";
import { isRunning, type LiveReply, openReplies, turnsOf } from "./turns.ts";

/** Few enough to be drawn between two frames. */
const pageSize = 30;

type Told = Pick<Conversation, "title" | "titleSource" | "updatedAt"> & {
  expiresAt?: Conversation["expiresAt"] | undefined;
};

export type Thread = ReturnType<typeof createThread>;

/** One conversation as the page shows it, kept up to date while it is open anywhere. */
export function createThread(conversationId: string, onChange: () => void) {
  const conversation = signal<Conversation | undefined>(undefined);
  const messages = signal<readonly Message[]>([]);
  const live = signal<ReadonlyMap<string, LiveReply>>(new Map());
  const state = signal<"loading" | "ready" | "missing" | { fault: string }>("loading");
  const hasOlder = signal(false);
  /** Why older messages could not be read. */
  const olderFault = signal<string | undefined>(undefined);
  /** A question that is on its way to the server. */
  const pending = signal<string | undefined>(undefined);
  const turns = computed(() => turnsOf(messages.value, live.value));
  const running = computed(() => [...live.value.values()].filter(isRunning));
  const ended = new AbortController();
  const followed = new Set<string>();
  const outbox = createOutbox();
  let cursor: string | null = null;
  let isLoadingOlder = false;

  function putMessages(fresh: readonly Message[]) {
    const byId = new Map(messages.value.map((message) => [message.id, message]));
    for (const message of fresh) {
      const known = byId.get(message.id);
      // A page that was asked for before a change may come after it.
      if (known !== undefined && known.updatedAt > message.updatedAt) continue;
      // A list gives the beginning alone of what has been read as a whole.
      if (!message.isCut || known?.isCut !== false || known.updatedAt !== message.updatedAt) {
        byId.set(message.id, message);
      }
    }
    messages.value = [...byId.values()].toSorted(
      (left, right) => left.position - right.position || left.createdAt.localeCompare(right.createdAt),
    );
  }

  function putLive(questionId: string, reply: LiveReply | undefined) {
    const next = new Map(live.value);
    if (reply === undefined) next.delete(questionId);
    else next.set(questionId, reply);
    live.value = next;
  }

  async function settle(reply: Reply, shown: LiveReply) {
    const answer =
      reply.assistantMessageId === null
        ? undefined
        : await parley.messages
            .get({ conversationId, messageId: reply.assistantMessageId })
            .catch(() => undefined);
    const isLatest = live.value.get(reply.messageId)?.id === reply.id;
    batch(() => {
      if (answer !== undefined) {
        const others = messages.value.map((message) =>
          message.replyTo === answer.replyTo && message.id !== answer.id && message.role === "assistant"
            ? { ...message, isActive: false }
            : message,
        );
        messages.value = others;
        putMessages([answer]);
        if (isLatest) putLive(reply.messageId, undefined);
      } else if (isLatest) {
        // What a failed one had begun to say is kept as it was shown.
        shown.text.value = reply.partialText || shown.text.value;
        shown.reasoning.value = reply.reasoning || shown.reasoning.value;
        putLive(reply.messageId, { ...shown, status: reply.status, error: reply.error });
      }
    });
    onChange();
  }

  /** Shows a reply from now to its end. */
  function show(reply: Reply) {
    if (followed.has(reply.id) && live.value.get(reply.messageId)?.id === reply.id) return;
    const shown: LiveReply = {
      id: reply.id,
      status: reply.status,
      error: reply.error,
      text: signal(reply.partialText),
      reasoning: signal(reply.reasoning),
    };
    putLive(reply.messageId, shown);
    if (!isRunning(shown) || followed.has(reply.id)) return;
    followed.add(reply.id);
    void followReply(reply.id, shown, {
      signal: ended.signal,
      onStart: () => {
        const present = live.value.get(reply.messageId);
        if (present?.id === reply.id && present.status === "queued") {
          putLive(reply.messageId, { ...present, status: "in_progress" });
        }
      },
    })
      .then((end) => end && settle(end, shown))
      .catch(() => {})
      .finally(() => followed.delete(reply.id));
  }

  /** The latest replies of questions that have no answer of theirs: running, failed, or stopped before a word. */
  async function findReplies(among: readonly Message[]) {
    const ids = new Set(among.map(({ id }) => id));
    const open = () =>
      openReplies(messages.value, live.value).filter(({ questionId }) => ids.has(questionId));
    await Promise.all(
      open().map(async ({ replyId }) => {
        const reply = await parley.replies.get({ replyId }).catch(() => undefined);
        // Meanwhile it may have ended, or another may have been asked for.
        if (reply === undefined || !open().some((still) => still.replyId === replyId)) return;
        if (reply.assistantMessageId === null) show(reply);
        else
          putMessages([await parley.messages.get({ conversationId, messageId: reply.assistantMessageId })]);
      }),
    );
  }

  async function readNewest() {
    const [page] = await Promise.all([
      parley.messages.list({ conversationId, versions: "all", limit: pageSize }),
      // Without it the answers can be read as well.
      Markdown.prepare().catch(() => {}),
    ]);
    const isFirst = state.value !== "ready";
    putMessages(page.data);
    if (isFirst) {
      cursor = page.nextCursor;
      hasOlder.value = cursor !== null;
    }
    await findReplies(page.data);
  }

  async function load() {
    state.value = "loading";
    try {
      const reading = Promise.all([parley.conversations.get({ conversationId }), readNewest()]);
      const [found] = await tellingLate(reading, () => {
        if (state.value === "loading") state.value = { fault: unanswered };
      });
      conversation.value = found;
      state.value = "ready";
    } catch (error) {
      // Somebody has tried again meanwhile.
      if (state.value === "ready") return;
      const isMissing = error instanceof ParleyError && (error.status === 404 || error.status === 400);
      state.value = isMissing ? "missing" : { fault: inWords(error) };
    }
  }

  async function refresh() {
    if (state.value !== "ready") return;
    await readNewest().catch(() => {});
  }

  async function askAgain(messageId: string): Promise<void> {
    const { message, reply } = await parley.messages.askAgain({
      conversationId,
      messageId,
      onBusy: "enqueue",
    });
    batch(() => {
      putMessages([message]);
      show(reply);
    });
    onChange();
  }

  return {
    conversationId,
    conversation,
    state,
    turns,
    running,
    hasOlder,
    olderFault,
    pending,
    load,
    refresh,
    askAgain,
    begin(begun: Conversation, message: Message, reply: Reply) {
      batch(() => {
        conversation.value = begun;
        putMessages([message]);
        show(reply);
        state.value = "ready";
      });
    },
    async loadOlder(): Promise<void> {
      if (cursor === null || isLoadingOlder) return;
      isLoadingOlder = true;
      olderFault.value = undefined;
      try {
        const page = await parley.messages.list({ conversationId, versions: "all", limit: pageSize, cursor });
        cursor = page.nextCursor;
        putMessages(page.data);
        hasOlder.value = cursor !== null;
        await findReplies(page.data);
      } catch (error) {
        olderFault.value = inWords(error);
      } finally {
        isLoadingOlder = false;
      }
    },
    async send(content: string): Promise<void> {
      pending.value = content;
      try {
        const sent = await outbox(content, (id) => parley.messages.send({ conversationId, id, content }));
        batch(() => {
          putMessages([sent.message]);
          if ("reply" in sent) show(sent.reply);
          pending.value = undefined;
        });
      } finally {
        pending.value = undefined;
      }
      onChange();
    },
    /** Stops what is running, the queued ones first so that none begins meanwhile. */
    async stop(): Promise<void> {
      for (const reply of running.value.toReversed()) {
        const stopped = await parley.replies.cancel({ replyId: reply.id });
        await settle(stopped, reply);
      }
    },
    /** A question in other words, and an answer to them. */
    async edit(messageId: string, content: string): Promise<void> {
      putMessages([await parley.messages.edit({ conversationId, messageId, content })]);
      await askAgain(messageId);
    },
    /** A conversation of what was said before a question, and the question in other words. Answers its id. */
    async fork(messageId: string, content: string): Promise<string> {
      const made = await parley.conversations.fork({ conversationId, messageId, message: { content } });
      onChange();
      return "conversation" in made ? made.conversation.id : made.id;
    },
    /** What is thought of an answer; undefined takes it back. */
    async rate(messageId: string, rating: "up" | "down" | undefined): Promise<void> {
      if (rating !== undefined) {
        putMessages([await parley.messages.rate({ conversationId, messageId, rating })]);
        return;
      }
      await parley.messages.removeFeedback({ conversationId, messageId });
      putMessages(
        messages.value.filter(({ id }) => id === messageId).map((rated) => ({ ...rated, feedback: null })),
      );
    },
    /** The rest of a message whose beginning alone is shown. */
    async readWhole(message: Message): Promise<void> {
      const whole = await readWhole(conversationId, message);
      if (whole === undefined) await refresh();
      else putMessages([whole]);
    },
    async update(change: {
      model?: string | null;
      systemPromptId?: string | null;
      title?: string;
      expiresInDays?: number | null;
      settings?: SettingsChange;
    }) {
      conversation.value = await parley.conversations.update({ conversationId, ...change });
      onChange();
    },
    /** What the conversation is called by now and how long it is kept, as a push or the list of conversations says. */
    adopt({ title, titleSource, updatedAt, expiresAt = conversation.value?.expiresAt ?? null }: Told) {
      const known = conversation.value;
      if (known === undefined || known.updatedAt > updatedAt) return;
      const next = { ...known, title, titleSource, updatedAt, expiresAt };
      if (next.title !== known.title || next.expiresAt !== known.expiresAt) conversation.value = next;
    },
    /** Another page has asked for a reply, or this one's has moved on. */
    heard(replyId: string, questionId: string): void {
      if (state.value !== "ready" || followed.has(replyId)) return;
      if (live.value.get(questionId)?.id === replyId && !messages.value.some(({ id }) => id === questionId))
        return;
      void refresh();
    },
    close() {
      ended.abort();
    },
  };
}
