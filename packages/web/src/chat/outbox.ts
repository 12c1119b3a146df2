import { newId, ParleyError } from "@parley/client";

/** The API has answered, and nothing was stored. */
function isRefused(error: unknown): boolean {
  return error instanceof ParleyError && error.status >= 400 && error.status < 500;
}

/** Sends a text under the same id until it has arrived: sent again after a lost answer, it is not doubled. */
export function createOutbox() {
  let kept: { content: string; id: string } | undefined;
  return async function send<T>(content: string, work: (id: string) => Promise<T>): Promise<T> {
    kept = kept?.content === content ? kept : { content, id: newId() };
    try {
      const sent = await work(kept.id);
      kept = undefined;
      return sent;
    } catch (error) {
      if (isRefused(error)) kept = undefined;
      throw error;
    }
  };
}
