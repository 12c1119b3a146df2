export type Order = "asc" | "desc";

/** Where the page before ended: its last row's sort key and id. */
export interface After<K> {
  key: K;
  id: string;
}

export interface PageOf<K> {
  order: Order;
  limit: number;
  after?: After<K> | undefined;
}

/** The rows of a page of usual length, and one that tells whether there are more. */
export const usualRows = 21;

/** What of a page makes its statement another one. */
export interface PageShape {
  order: Order;
  /** The usual limit is written into the statement, others are given to it. */
  hasUsualLimit: boolean;
  /** It begins behind a row, not with the first. */
  isBehind: boolean;
}

export function pageShape({ order, limit, after }: PageOf<unknown>): PageShape {
  return { order, hasUsualLimit: limit === usualRows, isBehind: after !== undefined };
}

/** What the statement of a page is given. */
export function pageValues({ limit, after }: PageOf<unknown>): Record<string, unknown> {
  return { limit, afterKey: after?.key, afterId: after?.id };
}
