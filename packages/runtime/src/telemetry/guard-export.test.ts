import { type ExportResult, ExportResultCode } from "@opentelemetry/core";
import { expect, test, vi } from "vitest";
import { guardExport } from "./guard-export.ts";

const success: ExportResult = { code: ExportResultCode.SUCCESS };
const failure = (code: string | number): ExportResult => ({
  code: ExportResultCode.FAILED,
  error: Object.assign(new Error("refused"), { code }),
});

function guarded(results: ExportResult[]) {
  const sent: string[] = [];
  const refused = vi.fn(async () => {});
  let now = 1_000_000;
  const send = guardExport<string>(
    (items, done) => {
      sent.push(items);
      done(results.shift() ?? success);
    },
    { signal: "traces", refused },
    () => now,
  );
  return {
    sent,
    refused,
    wait: (seconds: number) => {
      now += seconds * 1_000;
    },
    export: (items: string) => new Promise<ExportResult>((resolve) => send(items, resolve)),
  };
}

test("the pause doubles with each failure up to five minutes, and ends with a success", async () => {
  const { sent, export: send, wait } = guarded(Array.from({ length: 6 }, () => failure(500)));
  const pauses = [30, 60, 120, 240, 300, 300];
  for (const [index, pause] of pauses.entries()) {
    expect((await send(`at ${index}`)).code).toBe(ExportResultCode.FAILED);
    wait(pause - 1);
    await send("dropped");
    wait(1);
  }
  expect(sent).toEqual(pauses.map((_, index) => `at ${index}`));
  expect(await send("again")).toEqual(success);
  expect(await send("and again")).toEqual(success);
});

test("what a stale connection has lost is sent once more", async () => {
  const { sent, export: send } = guarded([failure("ECONNRESET"), success]);
  expect(await send("spans")).toEqual(success);
  expect(sent).toEqual(["spans", "spans"]);
});

test.each([[401, 1] as const, [403, 1] as const, [404, 0] as const])(
  "after %i the headers are fetched again %i times",
  async (status, times) => {
    const { refused, export: send } = guarded([failure(status)]);
    await send("spans");
    expect(refused).toHaveBeenCalledTimes(times);
  },
);
