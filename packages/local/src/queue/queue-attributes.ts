import type { QueueSettings } from "./queue.ts";
import { QueueError } from "./queue-error.ts";
import { type Fields, isFields, optionalFields } from "./request-fields.ts";

/** One MiB, the largest message and the largest batch of SQS since August 2025. */
export const MAXIMUM_MESSAGE_BYTES = 1_048_576;

type NumericSetting = Exclude<keyof QueueSettings, "redrive">;

const NUMERIC_ATTRIBUTES = new Map<string, { setting: NumericSetting; least: number; most: number }>([
  ["VisibilityTimeout", { setting: "visibilityTimeoutSeconds", least: 0, most: 43_200 }],
  ["DelaySeconds", { setting: "delaySeconds", least: 0, most: 900 }],
  ["ReceiveMessageWaitTimeSeconds", { setting: "receiveWaitSeconds", least: 0, most: 20 }],
  ["MessageRetentionPeriod", { setting: "retentionSeconds", least: 60, most: 1_209_600 }],
  ["MaximumMessageSize", { setting: "maximumMessageBytes", least: 1024, most: MAXIMUM_MESSAGE_BYTES }],
]);

/** The defaults of a queue made without attributes. */
export const DEFAULT_SETTINGS: Readonly<QueueSettings> = {
  visibilityTimeoutSeconds: 30,
  delaySeconds: 0,
  receiveWaitSeconds: 0,
  retentionSeconds: 345_600,
  maximumMessageBytes: MAXIMUM_MESSAGE_BYTES,
};

function invalidValue(name: string): QueueError {
  return new QueueError("InvalidAttributeValue", `Invalid value for the parameter ${name}.`);
}

function parseRedrivePolicy(text: string): QueueSettings["redrive"] {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw invalidValue("RedrivePolicy");
  }
  if (!isFields(policy)) throw invalidValue("RedrivePolicy");
  const deadLetterTargetArn = policy.deadLetterTargetArn;
  const maxReceiveCount = Number(policy.maxReceiveCount);
  const isCount = Number.isInteger(maxReceiveCount) && maxReceiveCount >= 1 && maxReceiveCount <= 1000;
  if (typeof deadLetterTargetArn !== "string" || !isCount) throw invalidValue("RedrivePolicy");
  return { deadLetterTargetArn, maxReceiveCount };
}

function parseNumber(name: string, value: string, least: number, most: number): number {
  const number = value === "" ? Number.NaN : Number(value);
  if (Number.isInteger(number) && number >= least && number <= most) return number;
  throw invalidValue(name);
}

/**
 * The settings after a request's `Attributes` were applied to the present ones, which stay unchanged.
 * @throws QueueError InvalidAttributeName, InvalidAttributeValue
 */
export function applyAttributes(present: Readonly<QueueSettings>, request: Fields): QueueSettings {
  const settings: QueueSettings = { ...present };
  for (const [name, value] of Object.entries(optionalFields(request, "Attributes"))) {
    if (typeof value !== "string") throw invalidValue(name);
    const numeric = NUMERIC_ATTRIBUTES.get(name);
    if (numeric !== undefined) {
      settings[numeric.setting] = parseNumber(name, value, numeric.least, numeric.most);
    } else if (name !== "RedrivePolicy") {
      throw new QueueError("InvalidAttributeName", `Unknown Attribute ${name}.`);
    } else {
      // An empty policy detaches the dead-letter queue.
      delete settings.redrive;
      const redrive = value === "" ? undefined : parseRedrivePolicy(value);
      if (redrive !== undefined) settings.redrive = redrive;
    }
  }
  return settings;
}

/** Settings as GetQueueAttributes prints them. */
export function printSettings(settings: Readonly<QueueSettings>): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [name, { setting }] of NUMERIC_ATTRIBUTES) attributes[name] = String(settings[setting]);
  if (settings.redrive !== undefined) attributes.RedrivePolicy = JSON.stringify(settings.redrive);
  return attributes;
}
