export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** An ETag: the change is made only if the resource is still that version, else it is a 412. */
  ifMatch?: string;
  /** Of a POST that creates; made by the client if left out, and kept over its retries. */
  idempotencyKey?: string;
}

/** The answer of a list, and by `for await` every item of it and of the pages after it. */
export interface Pages<T>
  extends Promise<T>,
    AsyncIterable<T extends { data: (infer Item)[] } ? Item : never> {}
