import { loadSecrets, refreshSecrets, type Secrets } from "@parley/runtime/secrets";

/** Something made of the deployment's secrets, and made anew once they have changed. */
export interface Renewable<T> {
  present(): T;
  /** Told that somebody refused the key in `refused`. Answers whether there is another by now; never rejects. */
  renew(refused: T): Promise<boolean>;
}

/** @param make takes the secrets as they are now; it is called again only when one was refused and they have changed */
export function createRenewable<T>(secrets: Secrets, make: (secrets: Secrets) => T): Renewable<T> {
  let present = { secrets, made: make(secrets) };
  return {
    present: () => present.made,
    async renew(refused) {
      if (present.made === refused) {
        await refreshSecrets();
        const fresh = await loadSecrets();
        // Another refusal may have been quicker.
        if (present.made === refused && fresh !== present.secrets) {
          present = { secrets: fresh, made: make(fresh) };
        }
      }
      return present.made !== refused;
    },
  };
}
