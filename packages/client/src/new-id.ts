const digits = "0123456789abcdefghijklmnopqrstuvwxyz";

/** An id for what is about to be created, which makes it safe to send the request again, even days later. */
export function newId(): string {
  // 252 is the largest multiple of 36 in a byte: the rest would make some digits likelier.
  const bytes = Array.from(crypto.getRandomValues(new Uint8Array(64))).filter((byte) => byte < 252);
  const [first = 0, ...rest] = bytes;
  return (
    digits.charAt(10 + (first % 26)) +
    rest
      .slice(0, 23)
      .map((byte) => digits.charAt(byte % 36))
      .join("")
  );
}
