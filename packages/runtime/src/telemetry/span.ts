/** Names and values after OpenTelemetry's semantic conventions; never text of people, never a key. */
export type Attributes = Readonly<Record<string, string | number | boolean | string[] | undefined>>;

/** What a span is, beyond its name. */
export interface SpanAbout {
  /** By the semantic conventions, where it differs from the name that X-Ray shows. */
  readonly name?: string;
  /** `server` and `consumer` are what a request and a job are; without one it is internal. */
  readonly kind?: "server" | "client" | "producer" | "consumer";
  readonly attributes?: Attributes;
  /** The W3C trace context that came with a request or a job. */
  readonly traceparent?: string | undefined;
  /** Those of further jobs that are worked at together. */
  readonly links?: readonly string[];
}

/** A span that is going on. */
export interface Span {
  /** Adds what is known only later. */
  set(attributes: Attributes): void;
}

/** Where spans and metrics go. */
export interface Telemetry {
  /** Runs `run` inside a span, the child of the one around it. */
  inSpan<T>(name: string, about: SpanAbout, run: (span: Span) => Promise<T>): Promise<T>;
  /** The trace context of the present span, for whoever goes on with the work. */
  traceparent(): string | undefined;
  /** Sends what there is. Never rejects, and never takes longer than `millis`. */
  flush(millis: number): Promise<void>;
}
