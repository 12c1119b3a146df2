const HIGH_SURROGATE_AT_END = /[\uD800-\uDBFF]$/;

/**
 * Makes streamed text storable, fragment by fragment: Postgres refuses NUL, and a character outside the basic
 * plane can arrive in two fragments, whose halves are no valid text. Returns a function that takes a fragment
 * and gives what may be passed on, holding a dangling first half back until its second half comes. A half that
 * stays alone becomes U+FFFD, or is left out at the end of the text.
 */
export function createTextCleaner(): (fragment: string) => string {
  let heldBack = "";
  return (fragment) => {
    const text = heldBack + fragment.replaceAll("\0", "");
    heldBack = HIGH_SURROGATE_AT_END.exec(text)?.[0] ?? "";
    return text.slice(0, text.length - heldBack.length).toWellFormed();
  };
}
