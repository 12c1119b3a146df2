import { afterEach, expect, it, vi } from "vitest";
import { recordMetrics } from "./metrics.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

it("writes one EMF line per call, with that call's dimensions only", async () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    lines.push(String(chunk));
    return true;
  });
  await recordMetrics(
    [
      { name: "RepliesFinished", unit: "Count", value: 1 },
      { name: "ReplyDuration", unit: "Milliseconds", value: 41 },
    ],
    { status: "completed" },
  );
  await recordMetrics([{ name: "Swept", unit: "Count", value: 3 }]);
  const [first, second] = lines.map((line): unknown => JSON.parse(line));
  expect(first).toMatchObject({ RepliesFinished: 1, ReplyDuration: 41, status: "completed" });
  expect(first).toHaveProperty("_aws.CloudWatchMetrics.0.Namespace", "Parley");
  expect(second).toMatchObject({ Swept: 3 });
  expect(second).not.toHaveProperty("status");
});
