const apiId = /^[a-z][a-z0-9]{23}$/;

/** The ids that chats and messages of AI SDK have in the API. What came from there has kept its own. */
export class ApiIds {
  readonly #known = new Map<string, string>();

  /** Undefined while the API does not know what has this id. */
  of(id: string): string | undefined {
    return this.#known.get(id) ?? (apiId.test(id) ? id : undefined);
  }

  learn(id: string, apiId: string): void {
    this.#known.set(id, apiId);
  }
}
