import type { Renewable } from "@parley/composition/renewable";
import { LlmError } from "@parley/llm/errors";
import type { Providers } from "@parley/llm/providers";

/**
 * The providers with the keys of the moment. One whose key is refused is called with another key, if there is one by
 * then, in the reply's next attempt: calls never outnumber attempts.
 */
export function renewedProviders(renewable: Renewable<Providers>): Providers {
  return {
    get: (name) => ({
      async discard(responseId, options) {
        await renewable.present().get(name).discard?.(responseId, options);
      },
      async *stream(request, options) {
        const present = renewable.present();
        try {
          yield* present.get(name).stream(request, options);
        } catch (error) {
          const isRefused = error instanceof LlmError && error.status === 401;
          if (!isRefused || !(await renewable.renew(present))) throw error;
          const { code, message, status, requestId } = error;
          throw new LlmError(code, message, { retryable: true, status, requestId });
        }
      },
    }),
  };
}
