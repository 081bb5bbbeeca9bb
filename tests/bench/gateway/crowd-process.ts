/** A process of its own with many phones: what receives must not slow down what sends. */
import { Phone } from './phone.ts';
import type { Seat } from './rooms.ts';

export type Order =
	| { kind: 'open'; address: string; seats: Seat[] }
	/** Forget what was heard. */
	| { kind: 'reset' }
	| { kind: 'report' };

export interface Report {
	phones: number;
	joined: number;
	tracked: number;
	failures: number;
	/** When the last of those joined did, in true ms. */
	lastJoin: number;
	/** States heard by each phone. */
	heard: number[];
	/** From sending to hearing, in ms, one for each state heard. */
	latencies: number[];
}

let phones: Phone[] = [];
let latencies: number[] = [];

/** Connections begun at once, so that opening the crowd is not a storm of its own. */
const ABREAST = 20;

process.on('message', (order: Order) => {
	if (order.kind === 'open') open(order.address, order.seats);
	if (order.kind === 'reset') {
		latencies = [];
		for (const phone of phones) phone.heard = 0;
	}
	process.send?.(report());
});
process.on('disconnect', () => process.exit());

function open(address: string, seats: readonly Seat[]): void {
	const now = () => performance.timeOrigin + performance.now();
	phones = seats.map((seat) => new Phone(seat, address, (sent) => latencies.push(now() - sent)));
	let next = 0;
	const more = setInterval(() => {
		for (const phone of phones.slice(next, (next += ABREAST))) phone.connect();
		if (next >= phones.length) clearInterval(more);
	}, 20);
}

function report(): Report {
	const joins = phones.flatMap(({ joinedAt }) => joinedAt ?? []);
	return {
		phones: phones.length,
		joined: joins.length,
		tracked: phones.filter(({ tracked }) => tracked).length,
		failures: phones.reduce((sum, { failures }) => sum + failures, 0),
		lastJoin: joins.reduce((last, at) => Math.max(last, at), 0),
		heard: phones.map(({ heard }) => heard),
		latencies
	};
}
