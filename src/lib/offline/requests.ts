import type { Platform } from './platform.ts';
import { RemoteError, type Remote } from './remote.ts';

/** How long one request may take, in ms: a network that swallows everything counts as none. */
export const LIMIT = 20_000;

/** The server, and the signal that ends a request to it. */
export interface Line {
	readonly remote: Remote;
	readonly signal: AbortSignal;
}

/** Requests to the server, each within a time limit and with a session that is renewed. */
export class Requests {
	readonly #remote: Remote;
	readonly #platform: Platform;
	readonly #stopping: AbortSignal;

	/** `stopping` cuts off what is under way. */
	constructor(remote: Remote, platform: Platform, stopping: AbortSignal) {
		this.#remote = remote;
		this.#platform = platform;
		this.#stopping = stopping;
	}

	/** One request within the time limit, once more after a renewed session. @throws RemoteError. */
	async ask<T>(request: (line: Line) => Promise<T>): Promise<T> {
		try {
			return await this.#within(request);
		} catch (error) {
			if (!(error instanceof RemoteError) || error.reason !== 'unauthorized') throw error;
			const renewed = await this.#within(({ remote, signal }) => remote.refresh(signal));
			if (!renewed) throw new RemoteError('ended', null, error);
			return await this.#within(request);
		}
	}

	async #within<T>(request: (line: Line) => Promise<T>): Promise<T> {
		const late = new AbortController();
		const signal = AbortSignal.any([late.signal, this.#stopping]);
		signal.throwIfAborted();
		const cancel = this.#platform.after(LIMIT, () => late.abort(new RemoteError('unreachable')));
		const aborted = Promise.withResolvers<never>();
		signal.addEventListener('abort', () => aborted.reject(signal.reason), { once: true });
		aborted.promise.catch(() => {});
		try {
			return await Promise.race([request({ remote: this.#remote, signal }), aborted.promise]);
		} catch (error) {
			// An aborted request reports an error of its own: the reason to throw is ours.
			throw signal.aborted ? signal.reason : error;
		} finally {
			cancel();
		}
	}
}
