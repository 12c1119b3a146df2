import { afterEach, expect, it, vi } from "vitest";
import { recordMetrics } from "./metrics.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

it("writes one EMF line per call, by function, with every value of a name", async () => {
  const lines: string[] = [];
  vi.spyOn(process.stdout, "write").mockImplementation((chunk) => {
    lines.push(String(chunk));
    return true;
  });
  await recordMetrics([
    { name: "CacheHits", unit: "Count", value: 1 },
    ...Array.from({ length: 100 }, () => ({
      name: "CacheLatency",
      unit: "Milliseconds" as const,
      value: 1.5,
    })),
  ]);
  await recordMetrics([{ name: "CacheHits", unit: "Count", value: 3 }]);
  const [first, second, ...rest] = lines.map((line): unknown => JSON.parse(line));
  expect(rest).toEqual([]);
  expect(first).toMatchObject({ CacheHits: 1, CacheLatency: Array.from({ length: 100 }, () => 1.5) });
  expect(first).toHaveProperty("_aws.CloudWatchMetrics.0.Namespace", "Parley");
  expect(first).toHaveProperty("_aws.CloudWatchMetrics.0.Dimensions", [["service"]]);
  expect(second).toMatchObject({ CacheHits: 3 });
  expect(second).not.toHaveProperty("CacheLatency");
});
