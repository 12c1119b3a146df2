const schemes = new Set(["http:", "https:", "mailto:"]);

/** The address of a link that may be followed; undefined of any other, such as `javascript:` or a path of this site. */
export function safeAddress(href: string): string | undefined {
  try {
    const url = new URL(href);
    return schemes.has(url.protocol) ? url.href : undefined;
  } catch {
    return undefined;
  }
}
