import { beforeAll, expect, test } from "vitest";
import { functionNames, type Synthesis, synthesise } from "./testing/synthesise.ts";

let made: Synthesis;
let dashboard: string;

beforeAll(async () => {
  made = await synthesise("dev");
  dashboard = JSON.stringify(made.ofType("AWS::CloudWatch::Dashboard").map(({ Properties }) => Properties));
});

test("functions write their metrics where the dashboard reads them, each stage's apart", () => {
  const ours = made
    .ofType("AWS::Lambda::Function")
    .filter(({ Properties }) => String(Properties.Description ?? "").startsWith("Parley "));
  expect(ours.length).toBeGreaterThan(10);
  for (const { Properties } of ours) {
    expect(Properties).toHaveProperty("Environment.Variables.POWERTOOLS_METRICS_NAMESPACE", "Parley/dev");
  }
  expect(dashboard).toContain("Parley/dev");
});

test.each(["replies", "messages", "conversations"])("shows what the cache does for %s", (service) => {
  expect(functionNames).toContain(service);
  for (const metric of ["CacheHits", "CacheMisses", "CacheLatency"]) {
    const quoted = `"Parley/dev","${metric}","service","${service}"`;
    expect(dashboard.replaceAll("\\", "")).toContain(quoted);
  }
  expect(dashboard).toContain(`100 * ${service}Hits / (${service}Hits + ${service}Misses)`);
});
