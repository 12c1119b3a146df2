import { renderReply } from "@parley/contract/render/reply";
import { isConnectionFailure } from "@parley/data/database-errors";
import { flushReply } from "@parley/data/reply-attempts";
import type { ContextManifest } from "@parley/data/schema/replies";
import type { Prompt } from "@parley/llm/build-prompt";
import type { ReportedUsage } from "@parley/llm/provider";
import { createCallUsage } from "./call-usage.ts";
import { createGrowingText, type GrowingText } from "./growing-text.ts";
import { ReplyLost } from "./reply-lost.ts";
import type { Run } from "./run.ts";
import { contextOf, noteIdsOf, shownNotes } from "./transcript.ts";

/** What a call has written so far, with what those before it had. */
export interface Said {
  partialText: string;
  reasoning: string;
}

/** What a running attempt tells of itself: its text so far, and that it is alive. */
export interface ReplyProgress {
  /** Takes a delta; it is saved soon, together with those that follow. */
  add(text: string): void;
  /** The same of what the model thinks. */
  addReasoning(text: string): void;
  /** Takes what the provider has counted so far: a cancel is settled by it. */
  addUsage(usage: ReportedUsage): void;
  /** Saves now, or only extends the lease when there is nothing to save. */
  flush(): Promise<void>;
  /** All that was told of, saved or not. */
  readonly said: Said;
  /** Aborted with `ReplyLost` when the reply was cancelled or taken over, or with the database's failure to tell. */
  readonly signal: AbortSignal;
  /** Ends the timers and waits for a save under way. */
  stop(): Promise<void>;
}

/** A short answer needs no save of its own before it is finished. */
const firstFlushMillis = 30;
const flushMillis = 500;
// A lease outlives two heartbeats that were lost.
const heartbeatsPerLease = 3;

/** Follows one attempt of `run`, which must not move to the next before `stop`. */
export function createReplyProgress(run: Run, model: string, prompt: Prompt): ReplyProgress {
  const { worker, reply, attempt, transcript } = run;
  const noteIds = noteIdsOf(shownNotes(prompt, transcript));
  const fence = { ownerId: reply.ownerId, replyId: reply.id, attempt };
  const heartbeatMillis = (worker.leaseSeconds * 1000) / heartbeatsPerLease;
  const lost = new AbortController();
  const text = createGrowingText(transcript.text);
  const reasoning = createGrowingText(transcript.reasoning);
  const usage = createCallUsage(transcript.usage, prompt.manifest.inputTokens);
  let isFirst = true;
  // Told once: a cancel, after which nothing more is written, must find it.
  let untold: ContextManifest | null = contextOf(prompt, transcript);
  let aliveAt = Date.now();
  let saving: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let isStopped = false;

  function schedule(millis: number): void {
    clearTimeout(timer);
    timer = isStopped || lost.signal.aborted ? undefined : setTimeout(() => void flush(), millis);
  }

  async function save(): Promise<void> {
    const delta = text.pending;
    const reasoningDelta = reasoning.pending;
    const asOf = Date.now();
    const tokens = usage.total();
    const pieces = { saved: text.saved, delta, reasoningSaved: reasoning.saved, reasoningDelta };
    const progress = { ...pieces, ...tokens, noteIds, context: untold };
    const flushed = await flushReply(worker.database, fence, progress, worker.leaseSeconds);
    if (flushed === undefined) return lost.abort(new ReplyLost());
    untold = null;
    text.wasSaved(delta);
    reasoning.wasSaved(reasoningDelta);
    aliveAt = asOf;
    const { sequence, updatedAt, connectionIds } = flushed;
    const stored = { text: text.text, reasoning: reasoning.text };
    run.feed.stored({ attempt, sequence, ...stored, connectionIds });
    const row = {
      ...reply,
      model,
      attempt,
      sequence,
      partialText: stored.text,
      reasoning: stored.reasoning,
      noteIds,
      ...tokens,
      updatedAt,
    };
    void worker.cache.writeReply(reply.ownerId, renderReply(row), { attempt, sequence, asOf });
  }

  async function saveOrWait(): Promise<void> {
    try {
      await save();
    } catch (error) {
      // The text is kept and saved with the next flush, unless the lease has run out by then.
      const isOver = Date.now() - aliveAt > worker.leaseSeconds * 1000;
      if (isOver || !isConnectionFailure(error)) lost.abort(error);
    }
  }

  function hasPending(): boolean {
    return text.pending !== "" || reasoning.pending !== "";
  }

  function grow(growing: GrowingText, piece: string): void {
    if (piece === "") return;
    const isQuiet = !hasPending() && saving === undefined;
    growing.add(piece);
    if (isQuiet) schedule(isFirst ? firstFlushMillis : flushMillis);
    isFirst = false;
  }

  async function flush(): Promise<void> {
    saving ??= saveOrWait().finally(() => {
      saving = undefined;
      schedule(hasPending() ? flushMillis : heartbeatMillis);
    });
    await saving;
  }

  // A model that thinks for longer has been sent its prompt: from then on what that was is known, and owed, exactly.
  schedule(firstFlushMillis);
  return {
    add(delta) {
      usage.add(delta);
      grow(text, delta);
    },
    addReasoning(delta) {
      usage.addReasoning(delta);
      grow(reasoning, delta);
    },
    addUsage(told) {
      usage.told(told);
      // What is said next is saved with it; a model that thinks unseen says nothing for long.
      if (!hasPending() && saving === undefined && told.outputTokens === undefined) schedule(flushMillis);
    },
    flush,
    get said() {
      return {
        partialText: text.text + text.pending,
        reasoning: reasoning.text + reasoning.pending,
      };
    },
    signal: lost.signal,
    async stop() {
      isStopped = true;
      clearTimeout(timer);
      await saving;
    },
  };
}
