import { newId } from "../new-id.ts";

const apiId = /^[a-z][a-z0-9]{23}$/;

/** The ids that chats and messages of AI SDK have in the API: their own, where the API can take them. */
export class ApiIds {
  /** Of what was sent, whether or not it has arrived. */
  readonly #sent = new Map<string, string>();
  readonly #stored = new Set<string>();

  /** Undefined while the API does not know what has this id. */
  of(id: string): string | undefined {
    return apiId.test(id) ? id : this.isStored(id) ? this.#sent.get(id) : undefined;
  }

  isStored(id: string): boolean {
    return this.#stored.has(id);
  }

  /** Says whether something with an id of the API's has come from there. */
  isForeign(id: string): boolean {
    return apiId.test(id) && !this.#sent.has(id);
  }

  /** The id with which it is sent, at each try the same one. */
  send(id: string): string {
    const sent = this.#sent.get(id) ?? (apiId.test(id) ? id : newId());
    this.#sent.set(id, sent);
    return sent;
  }

  store(id: string): void {
    this.#stored.add(id);
  }
}
