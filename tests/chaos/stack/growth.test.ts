import { expect, it } from "vitest";
import { growth, thirds, veterans } from "./growth.ts";
import type { Sample } from "./measure.ts";

const sample = (more: Partial<Sample> = {}): Sample => ({
  connections: 2,
  environments: 2,
  memory: new Map([
    [1, 100],
    [2, 140],
  ]),
  ownMegabytes: 300,
  ...more,
});

/** Samples of a run in whose last third there are these environments. */
function run(memory: ReadonlyMap<number, number>, count = 48): Sample[] {
  return Array.from({ length: count }, (_, index) => sample(index >= (2 * count) / 3 ? { memory } : {}));
}

it("finds nothing in a run that is flat, however many and heavy the environments that come", () => {
  const more = new Map([
    [1, 100],
    [2, 142],
    [3, 250],
    [4, 250],
  ]);
  const samples = run(more);
  expect(veterans(samples)).toEqual({ count: 2, growth: expect.closeTo(1.008, 3) });
  expect(growth({ samples, atRest: sample({ connections: 0 }) })).toEqual([]);
});

it("finds environments that have grown by more than 15 %, but not in a run that has hardly begun", () => {
  const grown = new Map([
    [1, 120],
    [2, 160],
    [3, 10],
  ]);
  expect(growth({ samples: run(grown), atRest: sample() })).toMatchObject([
    { breach: "environments that grow on and on", detail: "17 %, mean of 2" },
  ]);
  expect(growth({ samples: run(grown, 12), atRest: sample() })).toEqual([]);
});

it("judges no memory where no environment has lived for two thirds", () => {
  expect(veterans(run(new Map([[3, 900]])))).toBeUndefined();
});

it("finds connections that no environment has, under load and at rest", () => {
  const samples = [sample(), sample({ connections: 3, activity: "1 active" })];
  expect(growth({ samples, atRest: sample({ connections: 4 }) }).map(({ detail }) => detail)).toEqual([
    "3 of 2 1 active",
    "4 of 2 ",
  ]);
});

it("tells the thirds of a run", () => {
  expect(thirds(run(new Map([[1, 50]]))).map(({ megabytes }) => megabytes)).toEqual([120, 120, 50]);
});
