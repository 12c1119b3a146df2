import fc from "fast-check";
import { arbitraryOf } from "./arbitrary-of-schema.ts";
import { hostileBody, hostileHeader, hostileText, hostileValue } from "./hostile-values.ts";
import type { FuzzedOperation } from "./operations.ts";

/** One request as it goes over the wire. */
export interface FuzzedRequest {
  readonly params: Readonly<Record<string, string>>;
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
}

/** Lone surrogates have no UTF-8: a URL carries what the platform makes of them. */
const wellFormed = (text: string) => text.toWellFormed();

function paramsOf(
  { parameters }: FuzzedOperation,
  things: Readonly<Record<string, string>>,
): fc.Arbitrary<Record<string, string>> {
  const inPath = parameters.filter((parameter) => parameter.in === "path");
  return fc.record(
    Object.fromEntries(
      inPath.map(({ name, schema }) => [
        name,
        fc.oneof(
          { weight: 6, arbitrary: fc.constant(things[name] ?? "none") },
          { weight: 1, arbitrary: arbitraryOf(schema).map(String) },
          {
            weight: 1,
            arbitrary: hostileText.filter((text) => text !== "" && text !== "." && text !== ".."),
          },
        ),
      ]),
    ),
  );
}

function queryOf({ parameters }: FuzzedOperation): fc.Arbitrary<[string, string][]> {
  const inQuery = parameters.filter((parameter) => parameter.in === "query");
  const known = inQuery.map(({ name, schema }) =>
    fc
      .oneof({ weight: 4, arbitrary: arbitraryOf(schema) }, { weight: 1, arbitrary: hostileText })
      .map((value) =>
        // The members of an object are parameters themselves.
        Object.entries(typeof value === "object" && value !== null ? value : { [name]: value }).map(
          ([key, member]): [string, string] => [
            wellFormed(key),
            // Nobody waits here for a reply to end.
            name === "waitSeconds" && member !== "99" ? "0" : wellFormed(String(member)),
          ],
        ),
      ),
  );
  const unknown = fc.tuple(hostileText.map(wellFormed), hostileText.map(wellFormed));
  const some =
    known.length === 0 ? fc.constant([]) : fc.subarray(known).chain((chosen) => fc.tuple(...chosen));
  return fc
    .tuple(
      some,
      fc.oneof({ weight: 8, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: unknown }),
    )
    .map(([chosen, extra]) => (extra === undefined ? chosen.flat() : [...chosen.flat(), extra]));
}

/** The valid body with one of its fields spoilt. */
function spoilt(valid: fc.Arbitrary<unknown>): fc.Arbitrary<unknown> {
  return fc.tuple(valid, hostileValue, fc.nat(), hostileText).map(([body, value, place, name]) => {
    if (typeof body !== "object" || body === null) return value;
    const names = Object.keys(body);
    return { ...body, [names[place % (names.length + 1)] ?? name]: value };
  });
}

function bodyOf({ body }: FuzzedOperation): fc.Arbitrary<string | undefined> {
  if (body === undefined)
    return fc.oneof({ weight: 6, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: hostileBody });
  const valid = arbitraryOf(body);
  return fc.oneof(
    { weight: 5, arbitrary: valid.map((value) => JSON.stringify(value)) },
    { weight: 3, arbitrary: spoilt(valid).map((value) => JSON.stringify(value)) },
    { weight: 2, arbitrary: hostileBody },
  );
}

const headersOf = fc.record(
  {
    "idempotency-key": hostileHeader,
    "if-match": hostileHeader,
    "if-none-match": hostileHeader,
    "content-type": fc.constantFrom(
      "application/json",
      "application/json; charset=utf-8",
      "text/plain",
      "application/xml",
      ";",
    ),
  },
  { requiredKeys: [] },
);

/** Requests to an operation: most nearly right, some right, some not at all. `things` are the caller's own ids. */
export function requestsTo(
  operation: FuzzedOperation,
  things: Readonly<Record<string, string>>,
): fc.Arbitrary<FuzzedRequest> {
  const headers = fc.oneof({ weight: 3, arbitrary: fc.constant({}) }, { weight: 1, arbitrary: headersOf });
  return fc.record({
    params: paramsOf(operation, things),
    query: queryOf(operation),
    headers,
    body: bodyOf(operation),
  });
}
