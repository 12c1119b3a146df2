import { expect, it } from "vitest";
import { growth, thirds } from "./growth.ts";
import type { Sample } from "./measure.ts";

const sample = (more: Partial<Sample> = {}): Sample => ({
  connections: 10,
  environments: 12,
  megabytes: 1_200,
  ownMegabytes: 300,
  ...more,
});

/** Samples of a run in which the environments of its last third weigh `megabytes` together. */
function run(megabytes: number, count = 48): Sample[] {
  return Array.from({ length: count }, (_, index) => sample(index >= (2 * count) / 3 ? { megabytes } : {}));
}

it("finds nothing in a run that is flat, however many environments come", () => {
  const more = Array.from({ length: 10 }, () =>
    sample({ environments: 24, connections: 24, megabytes: 2_400 }),
  );
  expect(growth({ samples: [...run(1_300), ...more], atRest: sample({ environments: 10 }) })).toEqual([]);
});

it("finds environments that grow by more than 15 %, but not in a run that has hardly begun", () => {
  const found = growth({ samples: run(1_400), atRest: sample() });
  expect(found.map(({ breach, detail }) => `${breach}: ${detail}`)).toEqual([
    "environments that grow: 100 to 117 MB",
  ]);
  expect(growth({ samples: run(1_400, 12), atRest: sample() })).toEqual([]);
});

it("finds connections that no environment has, under load and at rest", () => {
  const samples = [sample(), sample({ connections: 13 })];
  expect(growth({ samples, atRest: sample({ connections: 14 }) }).map(({ detail }) => detail)).toEqual([
    "13 of 12",
    "14 of 12",
  ]);
});

it("tells the thirds of a run", () => {
  expect(thirds(run(2_400)).map(({ megabytes }) => megabytes)).toEqual([100, 100, 200]);
});
