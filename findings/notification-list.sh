#!/usr/bin/env bash
# Chromium forgets a notification whose list is read (registration.getNotifications()) between its
# writing and its showing. See README.md for what was seen. Exits 1 when that changed.
set -euo pipefail
cd "$(dirname "$0")"

export CHROMIUM_PATH=${CHROMIUM_PATH:-/usr/bin/chromium}
lock=../package-lock.json
version=$(node -p "require('$lock').packages['node_modules/playwright-core'].version")
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
npm install --prefix "$folder" --no-save --no-fund --no-audit --loglevel=error \
	"playwright-core@$version" >"$folder/npm.log" 2>&1 || { cat "$folder/npm.log"; exit 1; }
echo "$("$CHROMIUM_PATH" --version 2>/dev/null), playwright-core $version, Node $(node --version)"

cat >"$folder/try.mjs" <<'SCRIPT'
import { createServer } from 'node:http';
import { setTimeout as wait } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const worker = `
	self.addEventListener('push', (event) =>
		event.waitUntil(self.registration.showNotification('push', { tag: event.data.text() }))
	);`;
const page = '<!doctype html><title>list</title><script>navigator.serviceWorker.register("/sw.js")</script>';
const server = createServer(({ url }, response) => {
	const script = url === '/sw.js';
	response.setHeader('content-type', script ? 'text/javascript' : 'text/html');
	response.end(script ? worker : page);
});
await new Promise((listening) => server.listen(0, '127.0.0.1', listening));
const origin = `http://127.0.0.1:${server.address().port}`;

const browser = await chromium.launch({
	executablePath: process.env.CHROMIUM_PATH,
	args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking']
});
try {
	const context = await browser.newContext({ permissions: ['notifications'] });
	const tab = await context.newPage();
	await tab.goto(origin);
	await tab.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
	const session = await context.newCDPSession(tab);
	const registered = new Promise((resolve) => {
		session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
			const own = registrations.find(({ scopeURL }) => scopeURL.startsWith(origin));
			if (own) resolve(own.registrationId);
		});
	});
	let displayed = () => {};
	session.on('BackgroundService.backgroundServiceEventReceived', ({ backgroundServiceEvent }) => {
		if (backgroundServiceEvent.eventName === 'Notification displayed') displayed();
	});
	const service = 'notifications';
	await session.send('BackgroundService.startObserving', { service });
	await session.send('BackgroundService.setRecording', { service, shouldRecord: true });
	await session.send('ServiceWorker.enable');
	const registrationId = await registered;

	/** The tags of the list; all are closed. */
	const readAndClear = () =>
		tab.evaluate(async () => {
			const list = await (await navigator.serviceWorker.ready).getNotifications();
			for (const notification of list) notification.close();
			return list.map(({ tag }) => tag);
		});

	/** Reads the list in the page until `isReading` is false, with a pause in ms between two times. */
	const readOn = (pause) =>
		tab.evaluate(async (pause) => {
			window.isReading = true;
			const registration = await navigator.serviceWorker.ready;
			while (window.isReading) {
				await registration.getNotifications();
				if (pause > 0) await new Promise((passed) => setTimeout(passed, pause));
			}
		}, pause);

	/** How many of `count` pushes are missing from the list once the browser said that it shows them. */
	const lost = async (name, count, pause) => {
		let missing = 0;
		for (let turn = 0; turn < count; turn++) {
			const tag = `${name} ${turn}`;
			const report = new Promise((resolve) => (displayed = resolve)).then(() => true);
			await session.send('ServiceWorker.deliverPushMessage', { origin, registrationId, data: tag });
			const reading = pause === null ? null : readOn(pause);
			if (!(await Promise.race([report, wait(10_000, false, { ref: false })]))) throw new Error('nothing was shown');
			await tab.evaluate(() => (window.isReading = false));
			await reading;
			if (!(await readAndClear()).includes(tag)) missing += 1;
		}
		console.log(`${name}: ${missing} of ${count} missing from the list`);
		return missing;
	};

	const early =
		(await lost('read without a pause', 60, 0)) + (await lost('read every 100 ms', 60, 100));
	const after = await lost('read after "Notification displayed"', 100, null);
	const same = early > 0 && after === 0;
	console.log(same ? 'as described' : 'not as described any more');
	process.exitCode = same ? 0 : 1;
} finally {
	await browser.close();
	server.close();
}
SCRIPT
node "$folder/try.mjs"
