import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sql } from 'postgres';
import { openKeys } from '#lib/server/embedded/keys.ts';
import type { CercleProcess } from '../support/process.ts';
import { type Usage, usageOf } from '../support/usage.ts';
import { type Figure, ms, quantile } from './figures.ts';
import { Crowd } from './gateway/crowd.ts';
import { makeRooms } from './gateway/rooms.ts';
import { connectOwner } from '../support/owner.ts';

const ROOMS = 1_000;
/** State broadcasts a second, over all rooms, and for how long. */
const RATE = 1_000;
const SECONDS = 12;
/** Rooms told in one transaction: the disk flushes signals one transaction after the other. */
const TOGETHER = 5;
/** Broadcasts in a transaction each, as commands make them, sent as fast as they are taken. */
const ALONE = 2_000;
/** Connections that broadcast; processes that listen. */
const WRITERS = 8;
const LISTENERS = 2;

/**
 * The server under a thousand rooms: 7 000 sockets of 7 000 members, each let in by row level
 * security; a thousand broadcasts a second through the database; then a restart, after which all come
 * back as realtime-js would. Sockets alone: what phones ask over HTTP is not in it.
 */
export async function gateway(cercle: CercleProcess): Promise<Figure[]> {
	const keys = await openKeys(cercle.dataFolder);
	const idle = await usageOf(await pidOf(cercle));
	const crowd = new Crowd(LISTENERS);
	try {
		const owner = await connectOwner(cercle.dataFolder, WRITERS);
		const seats = await makeRooms(owner, ROOMS, keys.jwtSecret);
		const path = `/realtime/v1/websocket?apikey=${keys.publishableKey}&vsn=2.0.0`;
		const opened = performance.now();
		await crowd.open(cercle.url.replace(/^http/, 'ws') + path, seats);
		const { joined, failures } = await crowd.until(isComplete, 120);
		console.log(
			`gateway: ${ROOMS} rooms × 7 sockets, ${seats.length} members, ${RATE} states a second`
		);
		console.log(`  memory before     ${Math.round(idle.memory)} MB`);
		console.log(
			`  joined            ${joined} in ${seconds(performance.now() - opened)}, ${failures} failed joins`
		);
		const figures = [await load(cercle, crowd, owner), await alone(crowd, owner)];
		await owner.end({ timeout: 5 });
		return [...figures, await storm(cercle, crowd)];
	} finally {
		await crowd.close();
	}
}

async function load(cercle: CercleProcess, crowd: Crowd, owner: Sql): Promise<Figure> {
	const rows = await owner<{ id: string }[]>`
		select id from sessions where place = 'bench' order by id
	`;
	const sessions = rows.map(({ id }) => id);
	await crowd.reset();
	const pid = await pidOf(cercle);
	const before = await usageOf(pid);
	const began = performance.now();
	await paced(RATE / TOGETHER, SECONDS, (turn) => {
		const first = (turn * TOGETHER) % ROOMS;
		return broadcast(owner, sessions.slice(first, first + TOGETHER));
	});
	const lasted = performance.now() - began;
	const after = await usageOf(pid);
	const each = (RATE * SECONDS) / ROOMS;
	const expected = each * ROOMS * 7;
	const { heard, latencies } = await crowd.until((now) => now.latencies.length >= expected, 10);
	const missing = heard.reduce((sum, count) => sum + Math.max(0, each - count), 0);
	const twice = heard.reduce((sum, count) => sum + Math.max(0, count - each), 0);
	const rate = Math.round(expected / (lasted / 1_000));
	const share = percent(1 - missing / expected);
	console.log(
		`  delivered         ${expected - missing} of ${expected} (${share}), ${twice} twice`
	);
	console.log(`  rate              ${rate} deliveries a second for ${seconds(lasted)}`);
	console.log(`  commit → receipt  ${spread(latencies)}`);
	console.log(
		`  server            ${percent(used(before, after) / lasted)} of a core, ${Math.round(after.memory)} MB`
	);
	return { what: 'commit → receipt', value: quantile(latencies, 0.5), unit: 'ms' };
}

/** Room by room, a transaction each: how many the database takes, and how soon they are heard. */
async function alone(crowd: Crowd, owner: Sql): Promise<Figure> {
	const rows = await owner<{ id: string }[]>`
		select id from sessions where place = 'bench' order by id limit ${ALONE}
	`;
	await crowd.reset();
	const began = performance.now();
	let next = 0;
	const writer = async () => {
		while (next < ALONE) await broadcast(owner, [rows[next++ % rows.length]?.id ?? '']);
	};
	await Promise.all(Array.from({ length: WRITERS }, writer));
	const lasted = performance.now() - began;
	const { latencies } = await crowd.until((now) => now.latencies.length >= ALONE * 7, 10);
	const rate = Math.round(ALONE / (lasted / 1_000));
	console.log(`  a transaction each, as fast as the disk flushes them: ${rate} a second`);
	console.log(`    commit → receipt ${spread(latencies)}`);
	return { what: 'the same, a transaction each', value: quantile(latencies, 0.5), unit: 'ms' };
}

/** Begins `rate` pieces of work a second, whether or not earlier ones are done. */
async function paced(
	rate: number,
	duration: number,
	work: (turn: number) => Promise<unknown>
): Promise<void> {
	const began = performance.now();
	const all: Promise<unknown>[] = [];
	await new Promise<void>((done) => {
		const pace = setInterval(() => {
			const due = Math.min(rate * duration, ((performance.now() - began) / 1_000) * rate);
			while (all.length < due) all.push(work(all.length));
			if (all.length < rate * duration) return;
			clearInterval(pace);
			done();
		}, 2);
	});
	await Promise.all(all);
}

/** What commands in these rooms send, and when: the moment is taken just before the commit. */
async function broadcast(owner: Sql, sessions: readonly string[]): Promise<void> {
	await owner`
		select private.signal_room(
			session_id, 'state',
			private.room_json(r) || jsonb_build_object('sent', extract(epoch from clock_timestamp()) * 1000)
		)
		from room_states r where session_id = any (${[...sessions]}::uuid[])
	`;
}

async function storm(cercle: CercleProcess, crowd: Crowd): Promise<Figure> {
	const earlier = (await crowd.report()).failures;
	const began = Date.now();
	await cercle.stop();
	await crowd.until(({ joined }) => joined === 0, 10);
	await cercle.start();
	const ready = Date.now();
	const before = await usageOf(await pidOf(cercle));
	const { joined, phones, tracked, failures, lastJoin } = await crowd.until(isComplete, 120);
	const after = await usageOf(await pidOf(cercle));
	console.log(
		`  restart: all back ${joined} of ${phones} joined ${seconds(lastJoin - ready)} after the server was ready, ${seconds(lastJoin - began)} after it went`
	);
	console.log(
		`    ${tracked} present, ${failures - earlier} failed joins, ${seconds(used(before, after))} of processor time, ${Math.round(after.memory)} MB`
	);
	return { what: 'restart: all back', value: lastJoin - ready, unit: 'ms' };
}

function isComplete(report: { phones: number; joined: number; tracked: number }): boolean {
	return report.joined === report.phones && report.tracked === report.phones;
}

const spread = (values: readonly number[]) =>
	`median ${ms(quantile(values, 0.5))}, p99 ${ms(quantile(values, 0.99))}, most ${ms(quantile(values, 1))}`;
const used = (before: Usage, after: Usage) => after.cpu - before.cpu;
const percent = (share: number) => `${(share * 100).toFixed(share === 1 ? 0 : 2)} %`;
const seconds = (time: number) => `${(time / 1_000).toFixed(1)} s`;

/** The process that holds the data folder. */
async function pidOf({ dataFolder }: CercleProcess): Promise<number> {
	return JSON.parse(await readFile(join(dataFolder, 'lock.json'), 'utf8')).pid;
}
