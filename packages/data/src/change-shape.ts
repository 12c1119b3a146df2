/** What of a change makes its statement another one. */
export interface ChangeShape {
  /** The columns that it gives: what is undefined stays as it is. */
  changed: readonly string[];
  /** It is made only where the row still has a version that is named. */
  isVersioned: boolean;
}

export function changeShape(change: object, expectedVersion: number | undefined): ChangeShape {
  const changed = Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));
  return { changed, isVersioned: expectedVersion !== undefined };
}
