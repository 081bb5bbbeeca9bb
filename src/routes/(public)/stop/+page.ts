// The page itself is on the device: without a network it opens and says what is missing.
export const prerender = true;
export const ssr = false;
