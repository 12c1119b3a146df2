/** What of an error may be logged. */
export interface ErrorDescription {
  name: string;
  code?: string;
  constraint?: string;
  status?: number;
}

const longestChain = 5;

/** An error and its causes. */
export function chain(error: unknown): object[] {
  const links: object[] = [];
  let current = error;
  while (typeof current === "object" && current !== null && links.length < longestChain) {
    links.push(current);
    current = "cause" in current ? current.cause : undefined;
  }
  return links;
}

function find<T>(links: object[], key: string, isWanted: (value: unknown) => value is T): T | undefined {
  for (const link of links) {
    const value: unknown = Reflect.get(link, key);
    if (isWanted(value)) return value;
  }
  return undefined;
}

const isNumber = (value: unknown): value is number => typeof value === "number";
// Codes and constraint names are identifiers; anything else could carry a value.
const isIdentifier = (value: unknown): value is string =>
  typeof value === "string" && /^[\w.:-]{1,100}$/.test(value);

/**
 * An error without its message and its stack, which begins with it: Drizzle's and postgres' messages contain query parameters, that is chat text,
 * and a provider's may contain prompts or keys. Looks through `cause` for a code and a constraint.
 */
export function describeError(error: unknown): ErrorDescription {
  const links = chain(error);
  const code = find(links, "code", isIdentifier);
  const constraint = find(links, "constraint_name", isIdentifier);
  const status = find(links, "status", isNumber);
  return {
    name: find(links, "name", isIdentifier) ?? typeof error,
    ...(code !== undefined && { code }),
    ...(constraint !== undefined && { constraint }),
    ...(status !== undefined && { status }),
  };
}
