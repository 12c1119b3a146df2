import type { Worker } from "./worker.ts";

/** Lets work go on that neither the reply nor its slot waits for; it must not reject. */
export function behind({ background }: Pick<Worker, "background">, work: Promise<void>): void {
  const tracked = work.finally(() => background.delete(tracked));
  background.add(tracked);
}
