import { keepLessons } from "@parley/data/model-lessons";
import type { NewLessons } from "@parley/llm/lessons";
import { describeError } from "@parley/runtime/describe-error";
import { logger } from "@parley/runtime/logger";
import { behind } from "./behind.ts";
import type { Worker } from "./worker.ts";

async function keep({ database, lessons }: Worker, model: string, learnt: NewLessons): Promise<void> {
  try {
    lessons.recall(model, await keepLessons(database, model, learnt));
    logger.info("lessons of a model kept", { model, learnt: learnt.learnt });
  } catch (error) {
    // With the next answer again.
    lessons.add(model, learnt.learnt);
    logger.warn("lessons of a model not kept", { model, error: describeError(error) });
  }
}

/** Writes down, behind the reply, what a model's server has taught by refusing and then answering. */
export function keepNewLessons(worker: Worker, model: string): void {
  const learnt = worker.lessons.takeNew(model);
  if (learnt !== undefined) behind(worker, keep(worker, model, learnt));
}
