/** The reply is somebody else's now: cancelled, taken over, or ended. Nothing more is written. */
export class ReplyLost extends Error {
  override readonly name = "ReplyLost";
}
