import type { ProviderFailure } from "../../provider-failure.ts";
import { failureOf, textsOf } from "../../sdk-failure.ts";

/** An error of the SDK, with what the body says. */
export function readFailure(error: unknown): ProviderFailure {
  return failureOf(error, (body) => ({
    codes: textsOf(body, ["error", "type"], ["error", "details", "error_code"]),
    message: textsOf(body, ["error", "message"])[0] ?? "",
  }));
}
