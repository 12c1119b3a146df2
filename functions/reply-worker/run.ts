import type { ClaimedReply, HistoryMessage, ReplyNotes } from "@parley/data/reply-jobs";
import type { StoredResponse } from "@parley/data/stored-responses";
import type { Prompt } from "@parley/llm/build-prompt";
import type { ReplyFeed } from "@parley/realtime/reply-feed";
import type { Said } from "./reply-progress.ts";
import type { Transcript } from "./transcript.ts";
import type { Worker } from "./worker.ts";

/** One worker's work at one reply. */
export interface Run {
  readonly worker: Worker;
  readonly reply: ClaimedReply;
  readonly history: readonly HistoryMessage[];
  readonly notes: ReplyNotes;
  /** Tells whoever listens. */
  readonly feed: ReplyFeed;
  /** The fence of what is written; moves with each call of a model. */
  attempt: number;
  sequence: number;
  /** Epoch milliseconds at which an answer would come too late. */
  readonly endsAt: number;
  readonly transcript: Transcript;
  /** What calls were sent by our count, the last included if that failed; those that failed before are in the row. */
  sentTokens: number;
  /** What was bought for it in the background, by this worker and those before; all of it is to be forgotten. */
  readonly responses: Map<string, StoredResponse>;
  /** The one to be read again in place of buying another. */
  response: StoredResponse | undefined;
  /** The latest that a model was given; undefined before the first call. */
  prompt: Prompt | undefined;
  /** What the latest call had written when it failed. */
  said: Said | undefined;
}
