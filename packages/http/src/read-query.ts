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
