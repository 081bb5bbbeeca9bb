/**
 * `npm run bench:revocation`: a live room of eight with twenty changes a second. One member after the
 * other is removed, at a random moment; each listens on an open socket, and reads the room and, in
 * SQL, its rows without a pause.
 * Printed: how long after the commit of the removal the last signal and the last row arrived.
 */
import { setTimeout as wait } from 'node:timers/promises';
import type { RealtimeChannel } from '@supabase/supabase-js';
import { foundGroup, joinGroup, openSession, planFor, speak } from '../database/people.ts';
import { type Connection, connect, openServer, type Person } from '../support/server.ts';
import { ms, quantile } from './figures.ts';

const REMOVALS = Number(process.argv[2] ?? 100);
const EVERY = 50;

/** What a removed member still got, in ms after the commit; never more than 0 when all is well. */
interface Seen {
	signal: number;
	row: number;
	/** Signals and rows that began to be asked or sent after the commit. */
	late: number;
}

const server = await openServer();
const cercle = connect(server);
try {
	const founder = await cercle.signIn('Founder');
	const group = await foundGroup(founder);
	const { session_id } = await openSession(founder, planFor(group));
	const ending = new AbortController();
	const changes = { made: 0 };
	const stream = change(founder, session_id, changes, ending.signal);
	const seen: Seen[] = [];
	for (let removal = 0; removal < REMOVALS; removal++) {
		// A group invites only so many in a day.
		await cercle.owner`delete from invitations where group_id = ${group.id}`;
		const member = await joinGroup(cercle, group, 'Member');
		seen.push(await remove(cercle, member, group.id, session_id));
	}
	ending.abort();
	await stream;
	console.log(`removals                         ${REMOVALS}`);
	console.log(`changes meanwhile                ${changes.made}`);
	for (const what of ['signal', 'row'] as const) {
		const after = seen.map((one) => Math.max(0, one[what]));
		console.log(
			`last ${what.padEnd(6)} after the commit      median ${ms(quantile(after, 0.5))}, p99 ${ms(quantile(after, 0.99))}`
		);
	}
	console.log(`asked for or sent after it       ${seen.reduce((sum, { late }) => sum + late, 0)}`);
} finally {
	await cercle.close();
	await server.close();
}

/** Raises and lowers a hand, twenty times a second: each tells every phone in the room. */
async function change(
	by: Person,
	session: string,
	changes: { made: number },
	signal: AbortSignal
): Promise<void> {
	for (let turn = 0; !signal.aborted; turn++) {
		await Promise.all([speak(by, session, turn % 2 ? 'lower' : 'raise'), wait(EVERY)]);
		changes.made += 1;
	}
}

async function remove(
	{ owner }: Connection,
	member: Person,
	group: string,
	session: string
): Promise<Seen> {
	const { client } = member;
	const { data } = await client.rpc('room_snapshot', { session_id: session });
	const heard: number[] = [];
	const rows: { asked: number; got: number }[] = [];
	const channel = await listen(member, (data as { topic: string }).topic, () =>
		heard.push(performance.now())
	);
	let reading = true;
	const reads = (async () => {
		while (reading) {
			const asked = performance.now();
			const turns = await member.sql(
				(sql) => sql`select id from speaking_turns where session_id = ${session}`
			);
			const room = await client.rpc('room_snapshot', { session_id: session });
			if (turns.length > 0 || !room.error) rows.push({ asked, got: performance.now() });
		}
	})();
	while (heard.length < 5 || rows.length < 5) await wait(EVERY);
	await wait(Math.random() * 200);
	await owner`
		update memberships set left_at = clock_timestamp()
		where group_id = ${group} and member_id = ${member.id} and left_at is null
	`;
	const gone = performance.now();
	await wait(1_200);
	reading = false;
	await reads;
	await client.removeChannel(channel);
	return {
		signal: (heard.at(-1) ?? gone) - gone,
		row: (rows.at(-1)?.got ?? gone) - gone,
		late:
			rows.filter(({ asked }) => asked > gone).length +
			heard.filter((at) => at > gone + 2 * EVERY).length
	};
}

async function listen(
	{ client, session }: Person,
	topic: string,
	heard: () => void
): Promise<RealtimeChannel> {
	await client.realtime.setAuth(session.access_token);
	const channel = client.channel(topic, { config: { private: true } });
	channel.on('broadcast', { event: '*' }, heard);
	await new Promise<void>((done, fail) => {
		channel.subscribe((status) =>
			status === 'SUBSCRIBED' ? done() : fail(new Error(`${status} on joining`))
		);
	});
	return channel;
}
