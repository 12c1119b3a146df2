/** Of what was answered, by kind, what was a failure of server or network. */
export function failuresIn(statuses: ReadonlyMap<string, number>): Map<string, number> {
  return new Map([...statuses].filter(([name, count]) => /^(?:5|none)/.test(name) && count > 0));
}
