import type { Totals } from "@parley/data/statistics";
import type { QueueDepth } from "@parley/jobs/queue-depth";
import type { Metric } from "./prometheus.ts";

const gauge = (name: string, help: string, ...samples: Metric["samples"]): Metric => ({
  name: `parley_${name}`,
  type: "gauge",
  help,
  samples,
});

function replyMetrics({ replies, queue, secondsToReply }: Totals): Metric[] {
  const ended = replies.filter(({ status }) => status !== "queued" && status !== "in_progress");
  const quantiles = [
    ["0.5", secondsToReply.p50],
    ["0.95", secondsToReply.p95],
  ] as const;
  return [
    {
      name: "parley_replies_total",
      type: "counter",
      help: "Replies that ended. Fewer after an account was deleted.",
      samples: ended.map(({ status, model, count }) => ({ value: count, labels: { status, model } })),
    },
    {
      name: "parley_tokens_charged_total",
      type: "counter",
      help: "Tokens charged for replies. Fewer after an account was deleted.",
      samples: ended.map(({ status, model, charged }) => ({ value: charged, labels: { status, model } })),
    },
    gauge(
      "replies_unfinished",
      "Replies that wait or run.",
      { value: queue.queued, labels: { status: "queued" } },
      { value: queue.inProgress, labels: { status: "in_progress" } },
    ),
    gauge("oldest_queued_seconds", "How long the first in line has waited.", {
      value: queue.oldestQueuedSeconds,
    }),
    gauge(
      "reply_seconds",
      "From asking to the answer, of the latest hour's replies.",
      ...quantiles.flatMap(([quantile, value]) => (value === null ? [] : [{ value, labels: { quantile } }])),
    ),
  ];
}

/** What `/metrics` tells; `depth` is undefined when SQS did not answer. */
export function metricsOf(totals: Totals, depth: QueueDepth | undefined): Metric[] {
  const depths = Object.entries(depth ?? {});
  return [
    ...replyMetrics(totals),
    gauge("users", "Accounts.", { value: totals.users }),
    gauge("users_disabled", "Accounts that are disabled.", { value: totals.disabledUsers }),
    gauge("conversations", "Conversations that are not deleted.", { value: totals.conversations }),
    gauge("token_balance", "Tokens that all users have.", { value: totals.tokenBalance }),
    gauge("tokens_held", "Of those, held for unfinished replies.", { value: totals.tokensHeld }),
    gauge("connections", "Open WebSocket connections.", { value: totals.connections }),
    gauge(
      "queue_messages",
      "About what SQS holds of reply jobs and checks.",
      ...depths.map(([state, value]) => ({ value: Number(value), labels: { state } })),
    ),
  ];
}
