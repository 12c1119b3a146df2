import { createFifo, type Fifo } from "./fifo.ts";

/** Items ready to be received, grouped by tenant; taking rotates between the groups that have any. */
export interface FairBacklog<T> {
  push(group: string, item: T): void;
  take(): T | undefined;
}

interface Group<T> {
  name: string;
  items: Fifo<T>;
}

/**
 * The fair queue of a standard SQS queue: a group with a long backlog gets one message per turn, so a quiet
 * group's message waits for at most one message of every other group. Nothing blocks within a group.
 */
export function createFairBacklog<T>(): FairBacklog<T> {
  const groups = new Map<string, Group<T>>();
  // Holds exactly the groups in `groups`; a group leaves both when its last item is taken.
  const turns = createFifo<Group<T>>();
  return {
    push: (name, item) => {
      let group = groups.get(name);
      if (group === undefined) {
        group = { name, items: createFifo<T>() };
        groups.set(name, group);
        turns.push(group);
      }
      group.items.push(item);
    },
    take: () => {
      const group = turns.shift();
      const item = group?.items.shift();
      if (group === undefined) return undefined;
      if (group.items.size > 0) turns.push(group);
      else groups.delete(group.name);
      return item;
    },
  };
}
