import { existsSync } from 'node:fs';

const found = (paths: readonly (string | undefined)[]) =>
	paths.find((path) => path && existsSync(path));

const args = [
	'--no-sandbox',
	'--disable-gpu',
	'--disable-quic',
	'--no-first-run',
	'--disable-background-networking',
	'--disable-component-update',
	'--disable-sync'
];

/** The one found by `npm test`, the system's, or Playwright's own. */
const executablePath = found([
	process.env.CHROMIUM_PATH,
	'/usr/bin/chromium-headless-shell',
	'/usr/bin/chromium'
]);

/**
 * How every test starts Chromium: without its window, its settings and its extensions, of which
 * phones have no use and which cost a third of the processor time.
 */
export const chromium = { ...(executablePath && { executablePath }), args };

const whole = found(['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome']);

/** With all that a person's browser has: for settings, notifications and profiles on disk. */
export const wholeChromium = {
	...(whole ? { executablePath: whole } : { channel: 'chromium' as const }),
	args
};
