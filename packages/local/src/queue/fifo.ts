/** First in, first out. Both operations take constant time on average; `Array.shift` would not on long queues. */
export interface Fifo<T> {
  push(item: T): void;
  shift(): T | undefined;
  readonly size: number;
}

const COMPACT_AFTER = 1024;

export function createFifo<T>(): Fifo<T> {
  let items: (T | undefined)[] = [];
  let head = 0;
  return {
    push: (item) => void items.push(item),
    shift: () => {
      if (head === items.length) return undefined;
      const item = items[head];
      items[head] = undefined;
      head += 1;
      if (head > COMPACT_AFTER && head * 2 > items.length) {
        items = items.slice(head);
        head = 0;
      }
      return item;
    },
    get size() {
      return items.length - head;
    },
  };
}
