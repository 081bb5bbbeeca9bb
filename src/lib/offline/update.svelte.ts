import type { Workbox } from 'workbox-window';

/**
 * A newer version of the app: fetched in the background, taken over when the member says so. What
 * waits to be sent and what is being typed is on disk and survives the reload.
 */
export class Update {
	#workbox: Workbox | null = null;
	#ready = $state(false);
	#asked = false;
	readonly #reload: () => void;

	constructor(reload: () => void = () => location.reload()) {
		this.#reload = reload;
	}

	/** A newer version is there: show a button that calls `apply`. */
	get ready(): boolean {
		return this.#ready;
	}

	/**
	 * Registers the service worker and looks for a newer one each time the app comes back into view.
	 * Does nothing where the browser has none (an insecure address). The result ends the watch.
	 */
	start(): () => void {
		if (!('serviceWorker' in navigator)) return () => {};
		// Without it the app works as long as there is a network; the next visit tries again.
		this.#register().catch(() => {});
		const look = () => document.visibilityState === 'visible' && void this.check();
		document.addEventListener('visibilitychange', look);
		return () => document.removeEventListener('visibilitychange', look);
	}

	async #register(): Promise<void> {
		// Loaded late: no page needs it to show, and it cannot be imported while prerendering.
		const [{ Workbox }, { workerAddress }] = await Promise.all([
			import('workbox-window'),
			import('./worker.ts')
		]);
		const workbox = new Workbox(workerAddress(), { updateViaCache: 'none' });
		workbox.addEventListener('waiting', () => (this.#ready = true));
		workbox.addEventListener('controlling', (event) => {
			if (this.#asked) this.#reload();
			// Another tab took the newer version over: this page still runs the older one.
			else if (event.isUpdate) this.#ready = true;
			this.#asked = false;
		});
		this.#workbox = workbox;
		await workbox.register();
	}

	/** Asks the server for a newer version. */
	async check(): Promise<void> {
		// Offline: the next look will tell.
		await this.#workbox?.update().catch(() => {});
	}

	/** Takes the newer version over and reloads this page once. */
	async apply(): Promise<void> {
		const registration = await navigator.serviceWorker.getRegistration();
		if (!registration?.waiting || !this.#workbox) return this.#reload();
		this.#asked = true;
		this.#workbox.messageSkipWaiting();
	}
}
