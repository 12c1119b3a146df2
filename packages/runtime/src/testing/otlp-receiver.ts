import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";

interface WireValue {
  stringValue?: string;
  intValue?: number | string;
  doubleValue?: number;
  boolValue?: boolean;
  arrayValue?: { values: WireValue[] };
}
interface WireAttribute {
  key: string;
  value: WireValue;
}

/** A span as it came, with the service that sent it. */
export interface ReceivedSpan {
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  parentSpanId: string | undefined;
  /** By OTLP: 1 internal, 2 server, 3 client, 4 producer, 5 consumer. */
  kind: number;
  attributes: Record<string, unknown>;
  /** By OTLP: 2 is an error. */
  status: { code?: number; message?: string };
}

export interface OtlpReceiver {
  url: string;
  spans: ReceivedSpan[];
  /** Names of the metrics, by service. */
  metrics: { service: string; name: string }[];
  /** Everything that was received, as text. */
  text(): string;
  headers: IncomingHttpHeaders[];
  /** How it answers from now on: with a status, or never. */
  answer(status: number | "never"): void;
  close(): Promise<void>;
}

function plain({ stringValue, intValue, doubleValue, boolValue, arrayValue }: WireValue): unknown {
  if (arrayValue !== undefined) return arrayValue.values.map(plain);
  return stringValue ?? doubleValue ?? boolValue ?? Number(intValue);
}

function attributesOf(attributes: readonly WireAttribute[] = []): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, plain(value)]));
}

function serviceOf({ resource }: { resource: { attributes: WireAttribute[] } }): string {
  return String(attributesOf(resource.attributes)["service.name"]);
}

/** A collector that keeps what it is sent by OTLP/HTTP as JSON. */
export async function startOtlpReceiver(): Promise<OtlpReceiver> {
  const spans: ReceivedSpan[] = [];
  const metrics: OtlpReceiver["metrics"] = [];
  const headers: IncomingHttpHeaders[] = [];
  let text = "";
  let status: number | "never" = 200;

  function take(body: string): void {
    const { resourceSpans = [], resourceMetrics = [] } = JSON.parse(body);
    for (const each of resourceSpans) {
      const service = serviceOf(each);
      for (const scope of each.scopeSpans) {
        for (const { attributes, ...span } of scope.spans)
          spans.push({ ...span, service, attributes: attributesOf(attributes) });
      }
    }
    for (const each of resourceMetrics) {
      const service = serviceOf(each);
      for (const scope of each.scopeMetrics)
        for (const { name } of scope.metrics) metrics.push({ service, name });
    }
  }

  const server = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    text += body;
    headers.push(request.headers);
    if (status === "never") return;
    if (status === 200) take(body);
    response.writeHead(status, { "content-type": "application/json" }).end("{}");
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans,
    metrics,
    text: () => text,
    headers,
    answer: (next) => {
      status = next;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
