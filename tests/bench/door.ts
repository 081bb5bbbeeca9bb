import { readFile } from 'node:fs/promises';
import { DEMO_MEMBERS } from '#lib/server/demo.ts';
import { postgresOf } from '../support/owner.ts';
import type { CercleProcess } from '../support/process.ts';
import { usageOf } from '../support/usage.ts';
import { AT_ONCE, openRoom, signIn } from './api.ts';
import { caughtUp } from './caught-up.ts';
import { type Figure, ms, quantile } from './figures.ts';

const CALLS = 2_000;

/**
 * What a call costs through the whole server, with nothing but its public HTTP API: each kind 2 000
 * times, 8 under way, by the members of the demo group in turn, each in a room of their own. The processor time
 * is that of Node alone; Postgres has processes of its own.
 */
export async function door(cercle: CercleProcess): Promise<Figure[]> {
	const calls = await Promise.all(DEMO_MEMBERS.map((member) => signIn(cercle, member.email)));
	const node = await serverOf(cercle);
	const by = (turn: number) => {
		const call = calls[turn % calls.length];
		if (!call) throw new Error('nobody signed in');
		return call;
	};
	// Each member drives their own, and one drives two: an account may call so often a minute.
	const rooms: Awaited<ReturnType<typeof openRoom>>[] = [];
	for (let room = 0; room < AT_ONCE; room++) {
		rooms.push(await openRoom(by(room), DEMO_MEMBERS[room % calls.length]?.id ?? ''));
	}
	const pulls = await Promise.all(calls.map((call) => caughtUp(call)));
	console.log(`calls of the API: ${CALLS} each, ${AT_ONCE} under way`);
	return [
		...(await measure('room command', node, (_, worker) => rooms[worker]?.press())),
		...(await measure('snapshot', node, (turn, worker) =>
			by(turn)('room_snapshot', { session_id: rooms[worker]?.id })
		)),
		...(await measure('pull of nothing new', node, (turn) =>
			by(turn)('pull', pulls[turn % calls.length]?.all ?? {})
		))
	];
}

async function measure(
	what: string,
	node: number,
	call: (turn: number, worker: number) => Promise<unknown> | undefined
): Promise<Figure[]> {
	// Plans, connections and compiled code are there before anything is counted.
	for (let turn = 0; turn < 10 * AT_ONCE; turn++) await call(turn, turn % AT_ONCE);
	const times: number[] = [];
	const before = await usageOf(node);
	let turn = 0;
	const work = async (_: unknown, worker: number) => {
		while (turn < CALLS) {
			const began = performance.now();
			await call(turn++, worker);
			times.push(performance.now() - began);
		}
	};
	await Promise.all(Array.from({ length: AT_ONCE }, work));
	const { cpu } = await usageOf(node);
	const each = (cpu - before.cpu) / CALLS;
	const median = quantile(times, 0.5);
	console.log(
		`  ${what.padEnd(22)} median ${ms(median)}, Node ${each.toFixed(2)} ms of processor time`
	);
	return [
		{ what: `${what}, median`, value: median, unit: 'ms' },
		{ what: `${what}, processor time of Node`, value: each, unit: 'ms' }
	];
}

/** The process of the server: the one that started the database. */
async function serverOf({ dataFolder }: CercleProcess): Promise<number> {
	const { pid } = await postgresOf(dataFolder);
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
	// After the command in brackets come the state and the parent.
	return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
