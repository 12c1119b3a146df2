import type { SpanAbout } from "./telemetry/span.ts";

export const databaseSpan: SpanAbout = { kind: "client", attributes: { "db.system.name": "postgresql" } };

export const cacheSpan: SpanAbout = { kind: "client", attributes: { "db.system.name": "momento" } };

const sqs = { "messaging.system": "aws_sqs" };

/** Of sending to a queue; its trace context goes with what is sent. */
export const sendSpan: SpanAbout = {
  kind: "producer",
  attributes: { ...sqs, "messaging.operation.name": "send", "messaging.operation.type": "send" },
};

/** Of a job that a queue gave. */
export const processSpan = {
  kind: "consumer",
  attributes: { ...sqs, "messaging.operation.name": "process", "messaging.operation.type": "process" },
} as const satisfies SpanAbout;
