/** @throws Error when a new version of the dependency no longer has that text */
export function replaced(original: string, text: string | RegExp, other: string): string {
  const result = original.replace(text, () => other);
  if (result === original) throw new Error(`A dependency has no more of: ${text}`);
  return result;
}

/** Several texts, one after the other. @throws as `replaced` */
export function allReplaced(
  original: string,
  texts: readonly (readonly [string | RegExp, string])[],
): string {
  return texts.reduce((source, [text, other]) => replaced(source, text, other), original);
}
