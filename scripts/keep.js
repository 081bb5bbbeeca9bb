/** Milliseconds before a server that ended is started again: twice as long each time, up to the longest. */
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;
/** What ran this long in ms ended for a new reason: the pauses begin anew. */
const STABLE = 60_000;
/** The server's word that a person must change something (EX_CONFIG). */
const REFUSED = 78;

/**
 * A process, as far as it is looked at here.
 * @typedef {{
 *   on(event: 'exit', ended: (code: number | null, signal: string | null) => void): unknown,
 *   kill(signal: NodeJS.Signals): unknown
 * }} Server
 */

/**
 * Keeps a server running until it is told to stop. `launch` starts one, `say` tells a person, `end` ends
 * this process with a code; tests bring a clock of their own as `now` and `after`, whose answer cancels
 * it.
 * @param {{
 *   launch: () => Server,
 *   say: (words: string) => void,
 *   end: (code: number) => void,
 *   now?: () => number,
 *   after?: (work: () => void, pause: number) => () => void
 * }} options
 */
export function keep({ launch, say, end, now = () => performance.now(), after = delay }) {
	let pause = FIRST_PAUSE;
	let launches = 0;
	let told = false;
	/** @type {Server | null} */
	let server = null;
	/** Ends the pause, in one. */
	let cancel = () => {};

	start();
	return { stop };

	function start() {
		const started = now();
		launches += 1;
		server = launch();
		server.on('exit', (code, signal) => ended(code, signal, now() - started));
	}

	/**
	 * Passes a signal on; the server that ends by it is not started again.
	 * @param {NodeJS.Signals} signal
	 */
	function stop(signal) {
		told = true;
		cancel();
		if (server) server.kill(signal);
		else end(0);
	}

	/**
	 * @param {number | null} code
	 * @param {string | null} signal
	 * @param {number} ran
	 */
	function ended(code, signal, ran) {
		server = null;
		const status = code ?? (signal === 'SIGKILL' ? 137 : 1);
		// Refused at the very start, it has said why to somebody who is there to read it.
		const isRefused = status === REFUSED && launches === 1;
		if (told || status === 0 || isRefused) return end(status);
		if (ran > STABLE) pause = FIRST_PAUSE;
		const why = signal ? `by ${signal}` : `with code ${code}`;
		const [lasted, rest] = [Math.round(ran / 1000), pause / 1000];
		say(`Cercle ended ${why} after ${lasted} s; it is started again in ${rest} s.`);
		cancel = after(start, pause);
		pause = Math.min(pause * 2, LONGEST_PAUSE);
	}
}

/**
 * @param {() => void} work
 * @param {number} pause
 */
function delay(work, pause) {
	const timer = setTimeout(work, pause);
	return () => clearTimeout(timer);
}
