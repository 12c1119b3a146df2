import type { adminRoutes } from "@parley/contract/routes/admin";
import type { AdminStats } from "@parley/contract/schemas/admin";
import { replyStatus } from "@parley/contract/schemas/reply";
import { recordLook } from "@parley/data/admin-actions";
import type { Database } from "@parley/data/database";
import { readStatistics } from "@parley/data/statistics";
import type { Operation } from "@parley/http/api-types";
import type { QueueDepth } from "@parley/jobs/queue-depth";

/** What the system does; the queue's part is best effort. */
export function getStats(
  database: Database,
  readDepth: () => Promise<QueueDepth | undefined>,
): Operation<(typeof adminRoutes)["getStats"]> {
  return async ({ query: { hours }, caller, requestId }) => {
    await recordLook(database, { adminId: caller.userId, action: "stats.read", requestId });
    const [statistics, jobs] = await Promise.all([readStatistics(database, hours), readDepth()]);
    const replies = statistics.replies.map((each) => ({ ...each, status: replyStatus.parse(each.status) }));
    const queue = { ...statistics.queue, jobs: jobs ?? null };
    return { status: 200, body: { hours, ...statistics, replies, queue } satisfies AdminStats };
  };
}
