import { remember, remembered } from './remembered.ts';

const KEY = 'install-dismissed';

/** The app as one among the others of this device, instead of a page in a browser. */
export class HomeScreen {
	#offer = $state.raw<InstallOffer | null>(null);
	#installed = $state(false);
	#dismissed = $state(remembered(KEY) !== null);

	/** `installed`: whether this very page was opened as an app. */
	constructor(installed = standalone()) {
		this.#installed = installed;
	}

	/** Whether the app is installed here, as far as a page can know. */
	get installed(): boolean {
		return this.#installed;
	}

	/** Whether `install` has something to show. */
	get offered(): boolean {
		return this.#offer !== null && !this.#installed;
	}

	/** Whether the member does not want to be reminded of it. */
	get dismissed(): boolean {
		return this.#dismissed;
	}

	/**
	 * Listens for the browser's offer, which comes once a page: `static/before.js` keeps one that came
	 * before. Ends by the result.
	 */
	start(): () => void {
		if (window.offer) this.#take(window.offer);
		const ending = new AbortController();
		const { signal } = ending;
		addEventListener('beforeinstallprompt', (event) => this.#take(event), { signal });
		addEventListener('appinstalled', () => (this.#installed = true), { signal });
		return () => ending.abort();
	}

	/** Shows the browser's question; it can be asked once. True: it is being installed. */
	async install(): Promise<boolean> {
		const offer = this.#offer;
		this.#offer = null;
		if (!offer) return false;
		const { outcome } = await offer.prompt();
		if (outcome === 'accepted') this.#installed = true;
		else this.dismiss();
		return this.#installed;
	}

	dismiss(): void {
		this.#dismissed = true;
		remember(KEY, 'yes');
	}

	#take(event: InstallOffer): void {
		// The browser's own banner would come at a moment of its choosing.
		event.preventDefault();
		this.#offer = event;
	}
}

function standalone(): boolean {
	// iOS says it in a way of its own.
	const standalone: unknown = Reflect.get(navigator, 'standalone');
	return standalone === true || matchMedia('(display-mode: standalone)').matches;
}
