import type { createRates } from "@parley/composition/rates";

interface MailSettings {
  MAILS_PER_ADDRESS_PER_HOUR: number;
  MAILS_PER_SOURCE_PER_HOUR: number;
}

/** @throws Problem 429 */
export type LimitMails = (email: string, source: string) => Promise<void>;

/** Whoever has an IPv6 address has all of its network's, 2^64 of them. */
function networkOf(source: string): string {
  if (!source.includes(":")) return source;
  const [head = "", tail = ""] = source.split("::");
  const [front, back] = [head, tail].map((part) => part.split(":").filter(Boolean)) as [string[], string[]];
  const zeros = Array.from({ length: Math.max(8 - front.length - back.length, 0) }, () => "0");
  return [...front, ...zeros, ...back].slice(0, 4).join(":").toLowerCase();
}

/**
 * Bounds the mails that strangers can have sent, to one address and from one: they come out of the deployment's daily
 * share, and disturb whoever gets them.
 * @param openRates loaded with the first mail that is asked for
 */
export function createMailLimit(
  { MAILS_PER_ADDRESS_PER_HOUR: perAddress, MAILS_PER_SOURCE_PER_HOUR: perSource }: MailSettings,
  openRates: () => Promise<ReturnType<typeof createRates>>,
): LimitMails {
  const windowSeconds = 3_600;
  return async (email, source) => {
    if (perAddress === 0 && perSource === 0) return;
    const take = await openRates();
    const from = { policy: "mails-from", allowed: `${perSource} codes an hour from your network` };
    await take({ ...from, limit: perSource, windowSeconds }, networkOf(source));
    const to = { policy: "mails-to", allowed: `${perAddress} codes an hour to an address` };
    await take({ ...to, limit: perAddress, windowSeconds }, email);
  };
}
