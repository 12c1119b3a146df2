/** The environment of the documentation's pages: they need none. */
export const settings = {};
