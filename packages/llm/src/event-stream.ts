import { createParser, type EventSourceMessage } from "eventsource-parser";
import { cutStreamError, spentLimitError } from "./errors.ts";
import { type JsonObject, objectOf, property } from "./json-shape.ts";
import type { StreamOptions } from "./provider.ts";

/** An error that a server reports in an answer which began with 200, in the shape of an SDK's errors. */
export class ReportedError extends Error {
  override readonly name = "ReportedError";
  readonly headers: Headers;
  readonly error: unknown;

  constructor(headers: Headers, error: unknown) {
    super("The answer is an error.");
    this.headers = headers;
    this.error = error;
  }
}

const DONE = "[DONE]";
const BEGINS_AS_JSON = /^\s*[[{]/;

/**
 * The JSON objects that a server streams, or the one that it answers with although a stream was asked for. The SDKs'
 * own readers fail for a keep-alive without JSON, and find nothing in a whole answer.
 * @param longest in characters: who sends more does not keep to the limit of the request
 * @throws ReportedError for an error in an object's place, LlmError for JSON that breaks off or for more than `longest`
 */
export async function* readEvents(
  response: Response,
  { signal, heard, longest }: StreamOptions & { longest: number },
): AsyncGenerator<JsonObject> {
  const { body, headers } = response;
  if (body === null) return;
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event) });
  // Some servers label either as the other, so the first character decides.
  let isDocument: boolean | undefined;
  let document = "";
  let read = 0;
  for await (const text of body.pipeThrough(new TextDecoderStream(), { signal })) {
    read += text.length;
    if (read > longest) throw spentLimitError();
    if (isDocument === undefined && text.trim() !== "") isDocument = BEGINS_AS_JSON.test(text);
    if (isDocument) document += text;
    else parser.feed(text);
    for (const event of events.splice(0)) {
      if (event.data === DONE) return;
      if (event.event !== "ping") heard?.();
      yield* objectsOf(event, headers);
    }
  }
  if (isDocument) {
    yield* wholeAnswer(document, headers);
    return;
  }
  // The last event may lack the blank line that ends it.
  parser.feed("\n\n");
  for (const event of events) yield* objectsOf(event, headers);
}

/** One value as a rule; some servers forget what separates events, or their names. */
function parse(text: string): unknown[] {
  try {
    return [JSON.parse(text)];
  } catch {
    if (!BEGINS_AS_JSON.test(text)) return [];
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    if (lines.length < 2) throw cutStreamError();
    return lines.flatMap(parse);
  }
}

function isReport({ error, type, object, base_resp: status }: JsonObject): boolean {
  // The last is MiniMax's.
  return Boolean(error) || type === "error" || object === "error" || Boolean(property(status, "status_code"));
}

function* objectsOf({ event, data }: EventSourceMessage, headers: Headers): Generator<JsonObject> {
  const values = parse(data).map(objectOf);
  const report = event === "error" ? (values[0] ?? data) : values.find(isReport);
  if (report !== undefined) throw new ReportedError(headers, report);
  yield* values;
}

/** Google answers with a list of one. */
function* wholeAnswer(text: string, headers: Headers): Generator<JsonObject> {
  const values = parse(text).flat().map(objectOf);
  const report = values.find((value) => isReport(value) || !("choices" in value || "content" in value));
  if (report !== undefined) throw new ReportedError(headers, report);
  yield* values;
}
