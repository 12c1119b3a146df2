/** Not an export at all; of a conversation: a wrong type, an unknown message before another, a circle, too many messages. */
export type ConversionFault =
  | "not-an-export"
  | "wrong-type"
  | "missing-parent"
  | "cycle"
  | "too-many-messages";

/** Why an export, or one conversation of it, could not be read. */
export class ConversionError extends Error {
  override readonly name = "ConversionError";
  readonly fault: ConversionFault;
  /** Which conversation of the file it is, from 0; undefined where it is the file itself. */
  readonly index: number | undefined;

  constructor(fault: ConversionFault, message: string, index?: number) {
    super(message);
    this.fault = fault;
    this.index = index;
  }
}
