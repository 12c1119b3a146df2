/** What surrounds every cached value, so that a reader can refuse what is not, or no longer, its own. */
export interface Envelope<T> {
  readonly ownerId: string;
  /** Epoch milliseconds just before the database was asked; the value is at least as new. */
  readonly asOf: number;
  readonly value: T;
}

// Momento refuses items above 1 MB, key included.
const maxBytes = 1_000_000;

/** JSON, or undefined if Momento would not take an item of that size. */
export function seal(envelope: Envelope<unknown>): string | undefined {
  const text = JSON.stringify(envelope);
  return Buffer.byteLength(text) > maxBytes ? undefined : text;
}

/** The envelope if it is this owner's and younger than `maxAgeMillis`, else undefined. */
export function open<E extends Envelope<unknown>>(
  text: string | undefined,
  ownerId: string,
  maxAgeMillis: number,
): E | undefined {
  const envelope = text === undefined ? undefined : parse<E>(text);
  if (envelope === undefined || envelope.ownerId !== ownerId) return undefined;
  // The time to live alone is no bound: a process paused between its query and its write would renew it.
  return Date.now() - envelope.asOf < maxAgeMillis ? envelope : undefined;
}

function parse<E>(text: string): E | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as E) : undefined;
  } catch {
    return undefined;
  }
}
