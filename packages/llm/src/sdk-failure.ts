import { numberOf, property, textOf } from "./json-shape.ts";
import type { ProviderFailure } from "./provider-failure.ts";

const CODE_KEY = /^(code|type|status|reason|error_?(code|type)|__type)$/i;
const MESSAGE_KEY = /^(message|msg|status_msg|detail|error|error_?message|raw)$/i;
const PARAMETER_KEY = /^(param|parameter|loc|field)$/i;
const DEEPEST = 6;

type Leaf = readonly [key: string, value: unknown];

/** OpenAI, Azure, Anthropic, Google, FastAPI and the routers before them nest the same words differently. */
function* leavesOf(value: unknown, key: string, depth = 0): Generator<Leaf> {
  if (typeof value !== "object" || value === null) yield [key, value];
  else if (depth < DEEPEST) {
    for (const [name, inner] of Object.entries(value)) {
      yield* leavesOf(inner, Array.isArray(value) ? key : name, depth + 1);
    }
  }
}

function textsOf(leaves: readonly Leaf[], pattern: RegExp): string[] {
  return leaves.flatMap(([key, value]) => (typeof value === "string" && pattern.test(key) ? [value] : []));
}

/** Routers answer 200 and put what would have been the status into the body. */
function reportedStatus(leaves: readonly Leaf[]): number | undefined {
  const codes = leaves.filter(([key]) => CODE_KEY.test(key)).map(([, value]) => Number(value));
  return codes.find((code) => Number.isInteger(code) && code >= 400 && code < 600);
}

const CODE = /^[A-Z][A-Z0-9_]{1,60}$/;

/** The code of the error that caused this one; of an address with several of them, the first. */
function networkCodeOf(error: unknown, depth = 0): string | undefined {
  const code = textOf(property(error, "code"));
  if (code !== undefined && CODE.test(code)) return code;
  if (depth >= DEEPEST || !(error instanceof Error)) return undefined;
  const inner = property(error, "errors", "0") ?? error.cause;
  return networkCodeOf(inner, depth + 1);
}

/**
 * Reads an error of either SDK by its shape (`status`, `headers`, `error` with the parsed body), so that the
 * SDK's classes need not be loaded to recognise them. Anything else, network errors included, has no status.
 */
export function readFailure(error: unknown): ProviderFailure {
  const status = numberOf(property(error, "status"));
  const headers = property(error, "headers");
  const body = property(error, "error");
  // The SDKs keep a body that is no JSON in their message.
  const said = body === undefined && status !== undefined ? property(error, "message") : body;
  const leaves = [...leavesOf(said, "error")];
  const networkCode = said === undefined ? networkCodeOf(error) : undefined;
  // Of a blocked port, endless redirects or another protocol there is no code, only what caused the SDK's error.
  const isOfNetwork =
    networkCode !== undefined ||
    (said === undefined && error instanceof Error && error.cause instanceof Error);
  return {
    isOfNetwork,
    networkCode,
    status: status ?? reportedStatus(leaves),
    headers: headers instanceof Headers ? headers : undefined,
    codes: textsOf(leaves, CODE_KEY),
    message: textsOf(leaves, MESSAGE_KEY).join("\n"),
    parameters: textsOf(leaves, PARAMETER_KEY),
  };
}
