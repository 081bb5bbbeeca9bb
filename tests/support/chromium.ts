/** How every test starts Chromium: the one found by `npm test`, or Playwright's own. */
const executablePath = process.env.CHROMIUM_PATH;

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
