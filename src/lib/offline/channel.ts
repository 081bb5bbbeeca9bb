/** A bare "something changed" between the tabs of this browser; what changed is read from disk. */
export class Channel {
	readonly #channel: BroadcastChannel;

	/** `onnews` is called for announcements of other tabs, never for one's own. */
	constructor(name: string, onnews: () => void) {
		this.#channel = new BroadcastChannel(name);
		this.#channel.onmessage = () => onnews();
	}

	announce(): void {
		this.#channel.postMessage(null);
	}

	close(): void {
		this.#channel.onmessage = null;
		this.#channel.close();
	}
}
