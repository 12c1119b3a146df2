import { invalid } from "./problem.ts";

interface RawQuery {
  rawQueryString?: string | undefined;
  queryStringParameters?: Readonly<Record<string, string | undefined>> | undefined;
}

function decodePart(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw invalid("query", "is not valid percent-encoded UTF-8");
  }
}

/**
 * Parameters such as `metadata.project` as the members of one, `metadata`, where the route takes that.
 * @param names what the route takes
 */
export function groupDotted(
  query: Readonly<Record<string, string>>,
  names: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const plain: [string, unknown][] = [];
  const groups = new Map<string, [string, string][]>();
  for (const [name, value] of Object.entries(query)) {
    const dot = name.indexOf(".");
    const group = name.slice(0, dot);
    if (dot === -1 || !Object.hasOwn(names, group) || Object.hasOwn(query, group)) plain.push([name, value]);
    else groups.set(group, [...(groups.get(group) ?? []), [name.slice(dot + 1), value]]);
  }
  for (const [group, members] of groups) plain.push([group, Object.fromEntries(members)]);
  return Object.fromEntries(plain);
}

/** The same, as a URL has them. */
export function dotted(query: Readonly<Record<string, unknown>>): [string, string][] {
  return Object.entries(query).flatMap(([name, value]): [string, string][] => {
    if (value === undefined) return [];
    if (typeof value !== "object" || value === null) return [[name, String(value)]];
    return Object.entries(value).map(([key, member]) => [`${name}.${key}`, String(member)]);
  });
}

/**
 * The query parameters, decoded. Reads the raw string because HTTP API joins a repeated parameter's values with
 * a comma, which nobody can tell from a value that has one.
 * @throws Problem 400 for a repeated parameter or bad percent-encoding.
 */
export function readQuery({ rawQueryString, queryStringParameters }: RawQuery): Record<string, string> {
  if (!rawQueryString && !queryStringParameters) return {};
  const found = new Map<string, string>();
  for (const pair of (rawQueryString ?? "").split("&")) {
    if (pair === "") continue;
    const equals = pair.includes("=") ? pair.indexOf("=") : pair.length;
    const name = decodePart(pair.slice(0, equals));
    if (found.has(name)) throw invalid(`query.${name.toWellFormed()}`, "must be given once");
    found.set(name, decodePart(pair.slice(equals + 1)));
  }
  if (!rawQueryString) {
    for (const [name, value] of Object.entries(queryStringParameters ?? {})) found.set(name, value ?? "");
  }
  return Object.fromEntries(found);
}
