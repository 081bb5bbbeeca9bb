// The page the service worker gives for every address of the app, also offline: empty, until the
// router has looked at the address.
export const prerender = true;
export const ssr = false;
