/** The names of what a change gives: what is undefined stays as it is. */
export function namesOf(change: object): string[] {
  return Object.entries(change).flatMap(([name, value]) => (value === undefined ? [] : [name]));
}
