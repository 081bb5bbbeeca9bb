import type { EntryGenerator } from './$types';

export const prerender = true;
// Words and links only: nothing here needs a script.
export const csr = false;

export const entries: EntryGenerator = () => [{ lang: undefined }, { lang: 'en' }];
