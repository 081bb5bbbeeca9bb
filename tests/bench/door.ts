import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { DEMO_MEMBERS, DEMO_PASSWORD } from '#lib/server/demo.ts';
import { postgresOf } from '../support/owner.ts';
import type { CercleProcess } from '../support/process.ts';
import { usageOf } from '../support/usage.ts';
import { type Figure, ms, quantile } from './figures.ts';

const CALLS = 2_000;
const AT_ONCE = 8;
const GROUP = '00000001-0000-4000-8000-000000000001';

type Call = (name: string, args: object) => Promise<unknown>;

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
	const since = await Promise.all(calls.map(seen));
	console.log(`calls of the API: ${CALLS} each, ${AT_ONCE} under way`);
	return [
		...(await measure('room command', node, (_, worker) => rooms[worker]?.press())),
		...(await measure('snapshot', node, (turn, worker) =>
			by(turn)('room_snapshot', { session_id: rooms[worker]?.id })
		)),
		...(await measure('pull of nothing new', node, (turn) =>
			by(turn)('pull', { since: since[turn % calls.length] })
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

/** Signs in over the API; the answer calls functions with the token. */
async function signIn({ url, dataFolder }: CercleProcess, email: string): Promise<Call> {
	const { publishableKey: apikey } = JSON.parse(
		await readFile(join(dataFolder, 'keys.json'), 'utf8')
	);
	const post = (path: string, body: object, headers: Record<string, string> = {}) =>
		send(url + path, JSON.stringify(body), { apikey, ...headers });
	const path = '/auth/v1/token?grant_type=password';
	const { access_token } = await post(path, { email, password: DEMO_PASSWORD });
	const authorization = `Bearer ${access_token}`;
	return (name, args) => post(`/rest/v1/rpc/${name}`, args, { authorization });
}

const agent = new Agent({ keepAlive: true, maxSockets: AT_ONCE });

/** By the plainest client there is: what it costs is no part of the answer. */
function send(url: string, body: string, headers: Record<string, string>) {
	return new Promise<Record<string, unknown>>((done, failed) => {
		const options = {
			...{ method: 'POST', agent },
			headers: {
				...headers,
				...{ 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }
			}
		};
		const asked = request(url, options, (answer) => {
			const chunks: Buffer[] = [];
			answer.on('data', (chunk: Buffer) => chunks.push(chunk));
			answer.on('end', () => {
				const text = Buffer.concat(chunks).toString();
				if (answer.statusCode === 200) done(JSON.parse(text));
				else failed(new Error(`${url}: ${text}`));
			});
		});
		asked.on('error', failed);
		asked.end(body);
	});
}

/** A live session of its own; each press of its facilitator pauses it or goes on. */
async function openRoom(facilitate: Call, facilitator_id: string) {
	const id = randomUUID();
	const plan = {
		...{ id, group_id: GROUP, starts_at: new Date().toISOString(), time_zone: 'Europe/Paris' },
		...{ place: '', format: 'mastermind', length_minutes: 120, presenters: [] },
		...{ facilitator_id, scribe_id: null, host_id: null },
		segments: [
			{
				...{ kind: 'discussion', label: { fr: 'Discussion', en: 'Discussion' } },
				...{ minutes: 120, least: 60, speakers: 'everyone', rule: 'free', person_id: null }
			}
		]
	};
	await facilitate('plan_session', { plan, expected_version: 0 });
	const asked = (await facilitate('room_snapshot', { session_id: id })) as {
		state: { version: number };
	};
	let { version } = asked.state;
	let pressed = 0;
	const command = async (name: string) => {
		const sent = { session_id: id, command: name, args: {}, expected_version: version };
		const answer = await facilitate('room_command', { ...sent, command_id: randomUUID() });
		({ version } = answer as { version: number });
	};
	await command('start');
	return { id, press: () => command(pressed++ % 2 === 0 ? 'pause' : 'resume') };
}

/** What a phone that has pulled all there is asks with. */
async function seen(call: Call): Promise<object> {
	const first = { cursor: null, sums: {}, full: [] };
	const { cursor, tables } = (await call('pull', { since: first })) as {
		cursor: string;
		tables: Record<string, { sum: [number, number] }>;
	};
	const sums = Object.fromEntries(Object.entries(tables).map(([name, { sum }]) => [name, sum]));
	return { cursor, sums, full: [] };
}

/** The process of the server: the one that started the database. */
async function serverOf({ dataFolder }: CercleProcess): Promise<number> {
	const { pid } = await postgresOf(dataFolder);
	const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
	// After the command in brackets come the state and the parent.
	return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}
