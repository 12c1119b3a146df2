import { randomFillSync } from "node:crypto";
import { init } from "@paralleldrive/cuid2";

const numbers = new Uint32Array(256);
let used = numbers.length;

/** As `Math.random`, of the operating system's random numbers, of which an id takes 25. */
function random(): number {
  if (used === numbers.length) {
    randomFillSync(numbers);
    used = 0;
  }
  return (numbers[used++] ?? 0) / 2 ** 32;
}

const makeId = init({ length: 24, random });

/** Made ahead, so that no request waits for it, and together, which takes a third of the time of one alone. */
const stock: string[] = [];
const fullStock = 16;
const lowStock = 4;
let isFilling = false;

function fill(): void {
  while (stock.length < fullStock) stock.push(makeId());
  isFilling = false;
}

/** A new cuid2 key of 24 characters. */
export function newId(): string {
  const id = stock.pop() ?? makeId();
  if (stock.length < lowStock && !isFilling) {
    isFilling = true;
    // Behind what the present request sends, so when it waits for the answer.
    setImmediate(() => setImmediate(fill));
  }
  return id;
}
