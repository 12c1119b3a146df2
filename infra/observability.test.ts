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

test("a stage that bounds what all users store is told when they have it, and migrate knows the bound", async () => {
  const bounded = await synthesise("dev", { stages: { dev: { limits: { totalStoredMegabytes: 400 } } } });
  const alarms = bounded.ofType("AWS::CloudWatch::Alarm");
  expect(alarms).toHaveLength(made.ofType("AWS::CloudWatch::Alarm").length + 1);
  expect(JSON.stringify(alarms)).toContain("The storage of all users is full. ");
  const counted = bounded
    .ofType("AWS::Logs::MetricFilter")
    .filter(({ Properties }) => JSON.stringify(Properties).includes("the storage of all users is full"));
  expect(counted).toHaveLength(4);
  const migrate = bounded
    .ofType("AWS::Lambda::Function")
    .filter(({ stack, Properties }) => stack === "Database" && "Environment" in Properties);
  expect(JSON.stringify(migrate)).toContain('"STORAGE_TOTAL_MEGABYTES":"400"');
});
