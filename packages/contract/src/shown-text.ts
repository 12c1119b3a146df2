/** Characters of one text that an answer shows: at six bytes each they leave room in the 6 MB of a Lambda's answer. */
const longestShownText = 600_000;

export interface ShownText {
  text: string;
  /** Only its beginning is shown. */
  isCut: boolean;
}

/** The text behind that many code points. */
export function textAfter(text: string, points: number): string {
  let start = 0;
  for (let left = points; left > 0 && start < text.length; left--) {
    start += (text.codePointAt(start) ?? 0) > 0xffff ? 2 : 1;
  }
  return text.slice(start);
}

/** A stored text as an answer can hold it. */
export function shownText(stored: string): ShownText {
  if (stored.length <= longestShownText) return { text: stored, isCut: false };
  const lastUnit = stored.charCodeAt(longestShownText - 1);
  // Half of a character is no valid text.
  const isHalf = lastUnit >= 0xd800 && lastUnit <= 0xdbff;
  return { text: stored.slice(0, longestShownText - (isHalf ? 1 : 0)), isCut: true };
}
