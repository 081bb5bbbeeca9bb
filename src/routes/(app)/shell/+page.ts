// The page the service worker gives for every address of the app, also offline: empty, until the
// router has looked at the address. It stands among members' pages so that it brings along what they
// have in common.
export const prerender = true;
