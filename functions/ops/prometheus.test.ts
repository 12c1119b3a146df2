import { expect, it } from "vitest";
import { metricsOf } from "./metrics-of.ts";
import { renderMetrics } from "./prometheus.ts";

it("escapes what a label may hold, and leaves out what has no sample", () => {
  const text = renderMetrics([
    { name: "a_total", type: "counter", help: "A.", samples: [{ value: 2, labels: { model: 'x"y\\z\n' } }] },
    { name: "b", type: "gauge", help: "B.", samples: [] },
    { name: "c", type: "gauge", help: "C.", samples: [{ value: 0.25 }] },
  ]);
  expect(text).toBe(
    '# HELP a_total A.\n# TYPE a_total counter\na_total{model="x\\"y\\\\z\\n"} 2\n# HELP c C.\n# TYPE c gauge\nc 0.25\n',
  );
});

it("counts what ended, and tells no times where nothing was answered", () => {
  const text = renderMetrics(
    metricsOf(
      {
        replies: [
          { status: "failed", model: "scripted/demo", count: 2, charged: 0 },
          { status: "queued", model: "scripted/demo", count: 7, charged: 0 },
        ],
        users: 3,
        disabledUsers: 1,
        conversations: 4,
        tokenBalance: 100,
        tokensHeld: 10,
        connections: 0,
        queue: { queued: 7, inProgress: 0, oldestQueuedSeconds: 1.5 },
        secondsToReply: { p50: null, p95: null },
      },
      { waiting: 5, running: 0, delayed: 2 },
    ),
  );
  expect(text).toContain('parley_replies_total{status="failed",model="scripted/demo"} 2\n');
  expect(text).not.toContain('parley_replies_total{status="queued"');
  expect(text).toContain('parley_queue_messages{state="delayed"} 2\n');
  expect(text).not.toContain("parley_reply_seconds");
});
