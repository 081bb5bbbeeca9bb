/** A bare "something changed" between the tabs of this browser; what changed is read from disk. */
export class Channel {
	readonly #channel: BroadcastChannel;

	/**
	 * `onnews` is called for announcements of other tabs, never for one's own. `synced`: it is what the
	 * server said.
	 */
	constructor(name: string, onnews: (synced: boolean) => void) {
		this.#channel = new BroadcastChannel(name);
		this.#channel.onmessage = ({ data }) => onnews(data === true);
	}

	announce(synced = false): void {
		this.#channel.postMessage(synced);
	}

	close(): void {
		this.#channel.onmessage = null;
		this.#channel.close();
	}
}
