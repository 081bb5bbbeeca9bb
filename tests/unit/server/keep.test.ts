import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { keep } from '../../../scripts/keep.js';

/** A server whose end, and a clock whose time, the test decides. */
function bench() {
	let now = 0;
	const servers: EventEmitter[] = [];
	const [said, killed]: [string[], string[]] = [[], []];
	const [pauses, ends]: [number[], number[]] = [[], []];
	let wake = () => {};
	const keeper = keep({
		launch: () => {
			const server = new EventEmitter();
			servers.push(server);
			return Object.assign(server, { kill: (signal: string) => killed.push(signal) });
		},
		say: (words) => said.push(words),
		end: (code) => ends.push(code),
		now: () => now,
		after: (work, pause) => {
			pauses.push(pause);
			wake = work;
			return () => (wake = () => {});
		}
	});
	return {
		...{ stop: keeper.stop, said, pauses, ends, killed },
		launches: () => servers.length,
		end: (ran: number, code: number | null, signal: string | null = null) => {
			now += ran;
			servers.at(-1)?.emit('exit', code, signal);
		},
		wake: () => wake()
	};
}

test('a server that ends is started again, each time after a longer pause, for ever, saying why', () => {
	const { end, wake, pauses, said, launches, ends } = bench();
	for (let time = 0; time < 9; time++) {
		end(400, 1);
		wake();
	}
	expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000));
	expect(launches()).toBe(10);
	expect(said[0]).toBe('Cercle ended with code 1 after 0 s; it is started again in 1 s.');
	end(400, null, 'SIGKILL');
	expect(said.at(-1)).toContain('by SIGKILL');
	expect(ends).toEqual([]);
});

test('the pauses begin anew once it ran for a while', () => {
	const { end, wake, pauses } = bench();
	for (const ran of [100, 100, 61_000]) {
		end(ran, 1);
		wake();
	}
	expect(pauses).toEqual([1_000, 2_000, 1_000]);
});

test('what is refused at the very start ends with its words; later it is tried again', () => {
	const first = bench();
	first.end(400, 78);
	expect([first.ends, first.pauses]).toEqual([[78], []]);
	const later = bench();
	later.end(400, 1);
	later.wake();
	later.end(400, 78);
	expect([later.ends, later.pauses]).toEqual([[], [1_000, 2_000]]);
});

test('told to stop, it passes that on and starts nothing more, in a pause too', () => {
	const running = bench();
	running.stop('SIGTERM');
	running.end(400, 0);
	expect([running.killed, running.ends, running.pauses]).toEqual([['SIGTERM'], [0], []]);
	const pausing = bench();
	pausing.end(400, 1);
	pausing.stop('SIGTERM');
	pausing.wake();
	expect([pausing.ends, pausing.launches()]).toEqual([[0], 1]);
});
