import { existsSync } from 'node:fs';

/** How every test starts Chromium: the one found by `npm test`, the system's, or Playwright's own. */
const executablePath = [process.env.CHROMIUM_PATH, '/usr/bin/chromium'].find(
	(path) => path && existsSync(path)
);

export const chromium = {
	...(executablePath && { executablePath }),
	args: [
		'--no-sandbox',
		'--disable-gpu',
		'--disable-quic',
		'--no-first-run',
		'--disable-background-networking',
		'--disable-component-update',
		'--disable-sync'
	]
};
