/// <reference no-default-lib="true"/>
/// <reference lib="esnext" />
/// <reference lib="webworker" />
/// <reference types="@sveltejs/kit" />

import { ENVIRONMENT_CACHE, FONT_CACHE, SHELL_CACHE, SHELL_CACHES } from '#lib/offline/shell.ts';
import { build, files, prerendered, version } from '$service-worker';
import { clientsClaim, setCacheNameDetails } from 'workbox-core';
import { addPlugins, createHandlerBoundToURL, precacheAndRoute } from 'workbox-precaching';
import { NavigationRoute, registerRoute } from 'workbox-routing';
import { CacheFirst, StaleWhileRevalidate } from 'workbox-strategies';
import { genuine } from './genuine.ts';
import { elsewhere, isRare, precached, SHELL } from './pages.ts';
import { shown } from './push.ts';

declare const self: ServiceWorkerGlobalScope;
declare global {
	interface ExtendableEvent {
		/** Service Worker Static Routing: in Chromium; not in TypeScript's library yet. */
		addRoutes?(rule: object): Promise<void>;
	}
}

const ENVIRONMENT_PATH = '/_app/env.js';

setCacheNameDetails({ precache: SHELL_CACHE, prefix: '', suffix: '' });
// The page of the very first visit must not wait for a reload to work offline.
clientsClaim();

addPlugins([genuine]);
precacheAndRoute(precached(build, files, prerendered, version), {
	directoryIndex: '',
	cleanURLs: false
});

if (prerendered.includes(SHELL)) {
	registerRoute(new NavigationRoute(createHandlerBoundToURL(SHELL), { denylist: elsewhere }));
}

// Public settings of the running server (addresses, public key): no private data.
const environment = new StaleWhileRevalidate({
	cacheName: ENVIRONMENT_CACHE,
	plugins: [genuine]
});
registerRoute(
	({ url, sameOrigin }) => sameOrigin && url.pathname === ENVIRONMENT_PATH,
	environment
);

registerRoute(
	({ url, sameOrigin }) => sameOrigin && isRare(url.pathname) && build.includes(url.pathname),
	new CacheFirst({ cacheName: FONT_CACHE, plugins: [genuine] })
);

self.addEventListener('install', (event) => {
	// The shell imports it before anything else, and the very next start may be offline.
	const request = new Request(ENVIRONMENT_PATH);
	event.waitUntil(environment.handle({ event, request }));
});

self.addEventListener('install', (event) => {
	// Where the browser can: what never changes comes from the cache, past this worker. One that does not
	// take the rule asks the worker, which answers the same.
	const lasting = ['/_app/immutable/*.js', '/_app/immutable/*.css'];
	const condition = { or: lasting.map((pathname) => ({ urlPattern: { pathname } })) };
	event.waitUntil(
		Promise.resolve(event.addRoutes?.({ condition, source: { cacheName: SHELL_CACHE } })).catch(
			() => undefined
		)
	);
});

self.addEventListener('activate', (event) => event.waitUntil(clean()));

self.addEventListener('message', (event) => {
	const { data } = event;
	if (typeof data === 'object' && data !== null && data.type === 'SKIP_WAITING') {
		event.waitUntil(self.skipWaiting());
	}
});

self.addEventListener('push', (event) => {
	const { title, options } = shown(event.data?.text());
	event.waitUntil(self.registration.showNotification(title, options));
});

self.addEventListener('notificationclick', (event) => {
	event.notification.close();
	event.waitUntil(open());
});

/** Comes back to the app as it was left, or opens it: somebody may be in the middle of a sentence. */
async function open(): Promise<unknown> {
	const [window] = await self.clients.matchAll({ type: 'window', includeUncontrolled: true });
	return window ? window.focus() : self.clients.openWindow('/today');
}

/** Removes what other versions left: their caches, and fonts no longer part of the build. */
async function clean(): Promise<void> {
	const names = await caches.keys();
	const old = names.filter((name) => !SHELL_CACHES.includes(name));
	await Promise.all(old.map((name) => caches.delete(name)));
	const fonts = await caches.open(FONT_CACHE);
	const kept = await fonts.keys();
	const gone = kept.filter((request) => !build.includes(new URL(request.url).pathname));
	await Promise.all(gone.map((request) => fonts.delete(request)));
}
