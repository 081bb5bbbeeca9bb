// Members' pages are drawn on the device, from the device: no private data is ever rendered by the
// server, and they open without a network.
export const ssr = false;
