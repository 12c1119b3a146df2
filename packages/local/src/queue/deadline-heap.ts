/** An element of a deadline heap; it carries its own index so that it can be removed from the middle. */
export interface Deadline {
  dueAt: number;
  heapIndex: number;
}

/** A binary heap by `dueAt` (ms since the epoch), earliest first. O(log n) per operation, `peek` O(1). */
export interface DeadlineHeap<T extends Deadline> {
  add(element: T): void;
  remove(element: T): void;
  peek(): T | undefined;
  readonly size: number;
}

/**
 * Elements are removed for good, not marked: a deleted message whose visibility timeout runs for hours
 * would otherwise hold its memory until then.
 */
export function createDeadlineHeap<T extends Deadline>(): DeadlineHeap<T> {
  const elements: T[] = [];

  function place(element: T, index: number): void {
    elements[index] = element;
    element.heapIndex = index;
  }

  function rise(element: T, from: number): void {
    let index = from;
    while (index > 0) {
      const parentIndex = (index - 1) >> 1;
      const parent = elements[parentIndex];
      if (parent === undefined || parent.dueAt <= element.dueAt) break;
      place(parent, index);
      index = parentIndex;
    }
    place(element, index);
  }

  function sink(element: T, from: number): void {
    let index = from;
    for (;;) {
      const left = elements[2 * index + 1];
      const right = elements[2 * index + 2];
      const child = left !== undefined && right !== undefined && right.dueAt < left.dueAt ? right : left;
      if (child === undefined || child.dueAt >= element.dueAt) break;
      const childIndex = child.heapIndex;
      place(child, index);
      index = childIndex;
    }
    place(element, index);
  }

  return {
    add: (element) => {
      elements.push(element);
      rise(element, elements.length - 1);
    },
    remove: (element) => {
      const index = element.heapIndex;
      if (elements[index] !== element) return;
      const last = elements.pop();
      element.heapIndex = -1;
      if (last === undefined || last === element) return;
      rise(last, index);
      if (last.heapIndex === index) sink(last, index);
    },
    peek: () => elements[0],
    get size() {
      return elements.length;
    },
  };
}
