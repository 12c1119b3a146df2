import { expect, test } from "vitest";
import { createCircuit } from "./circuit.ts";

function openCircuit() {
  const clock = { now: 0 };
  const circuit = createCircuit({ failuresToOpen: 3, openMillis: 1_000, now: () => clock.now });
  for (let index = 0; index < 3; index += 1) {
    expect(circuit.allows()).toBe(true);
    circuit.failed();
  }
  return { circuit, clock };
}

test("opens after failures in a row, not after failures in all", () => {
  const circuit = createCircuit({ failuresToOpen: 2, openMillis: 1_000, now: () => 0 });
  circuit.failed();
  circuit.succeeded();
  circuit.failed();
  expect(circuit.allows()).toBe(true);
  circuit.failed();
  expect(circuit.allows()).toBe(false);
});

test("lets one call through to try, and stays open when it fails", () => {
  const { circuit, clock } = openCircuit();
  clock.now = 999;
  expect(circuit.allows()).toBe(false);
  clock.now = 1_000;
  expect([circuit.allows(), circuit.allows()]).toEqual([true, false]);
  circuit.failed();
  clock.now = 1_999;
  expect(circuit.allows()).toBe(false);
});

test("closes when the trial succeeds", () => {
  const { circuit, clock } = openCircuit();
  clock.now = 1_000;
  expect(circuit.allows()).toBe(true);
  circuit.succeeded();
  expect([circuit.allows(), circuit.allows()]).toEqual([true, true]);
});
