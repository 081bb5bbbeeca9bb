// Shown once the device keeps nothing any more: it needs nobody's data.
export const prerender = true;
export const ssr = false;
