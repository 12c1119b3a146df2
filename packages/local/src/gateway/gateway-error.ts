const messages = {
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  413: "Request Entity Too Large",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
} as const;

/** What API Gateway answers by itself, with its own fixed body. */
export class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly status: keyof typeof messages;

  constructor(status: keyof typeof messages) {
    super(messages[status]);
    this.status = status;
  }

  get body(): string {
    return JSON.stringify({ message: this.message });
  }
}
