import type { Cache } from "@parley/cache/create-cache";
import type { Database } from "@parley/data/database";
import type { EmbeddingQueue } from "@parley/jobs/embedding-queue";
import type { ReplyQueue } from "@parley/jobs/reply-queue";
import type { ReplySource } from "@parley/jobs/reply-source";
import type { Breaker } from "@parley/llm/breaker";
import type { LessonBook } from "@parley/llm/lessons";
import type { Model, ModelCatalog } from "@parley/llm/models";
import type { Providers } from "@parley/llm/providers";
import type { Realtime } from "@parley/realtime/create-realtime";

/** What a worker works with; made once per environment. */
export interface Worker {
  database: Database;
  cache: Cache;
  queue: ReplyQueue;
  /** Where it takes more jobs while it has free slots; without it there are only those it is given. */
  source?: ReplySource;
  embeddings: EmbeddingQueue;
  realtime: Realtime;
  providers: Providers;
  models: ModelCatalog;
  breaker: Breaker;
  /** What servers have taught of how they want to be asked. */
  lessons: LessonBook;
  /** Asked once more when the reply's own model stays unavailable. */
  fallbackModel: Model | undefined;
  /** Names a conversation after its first answer. */
  titleModel: Model | undefined;
  /** What goes on behind replies that have ended; none of it rejects. */
  background: Set<Promise<void>>;
  leaseSeconds: number;
  /** Replies of one user that may run at once, over all workers; 0 is no limit. */
  maxRunning: number;
  /** Seconds after which the jobs of a worker that died come back: whole ones, and more than the lease. */
  holdSeconds: number;
}
