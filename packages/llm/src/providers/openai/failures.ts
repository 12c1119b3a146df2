import type { ProviderFailure } from "../../provider-failure.ts";
import { failureOf, textsOf } from "../../sdk-failure.ts";

/** An error of the SDK, with what OpenAI's and Azure's bodies say. */
export function readFailure(error: unknown): ProviderFailure {
  return failureOf(error, (body) => ({
    codes: textsOf(body, ["code"], ["type"], ["innererror", "code"]),
    message: textsOf(body, ["message"])[0] ?? "",
  }));
}
