/** An id for what is about to be created, which makes it safe to send the request again, even days later. */
export function newId(): string {
  const [first = 0, ...rest] = crypto.getRandomValues(new Uint8Array(24));
  // That 256 is no multiple of 36 makes some digits a little likelier, and two ids the same no less unlikely.
  return (10 + (first % 26)).toString(36) + rest.map((byte) => (byte % 36).toString(36)).join("");
}
