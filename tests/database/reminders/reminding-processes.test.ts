import { cp, mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer } from 'smtp-server';
import { afterEach, expect, test } from 'vitest';
import { openKeys } from '#lib/server/embedded/keys.ts';
import { type CaughtMail, openMailCatcher } from '../../support/mail.ts';
import { postgresOf } from '../../support/owner.ts';
import { type CercleProcess, openProcess } from '../../support/process.ts';
import { connect, type Connection, type Person } from '../../support/server.ts';
import { date, foundGroup, given, joinGroup, planFor, planSession } from '../people.ts';

const closers: (() => unknown)[] = [];
afterEach(async () => {
	for (const close of closers.splice(0).reverse()) await close();
}, 60_000);

const words = ['--without-pages'];

async function start(env: Record<string, string>, dataFolder?: string): Promise<CercleProcess> {
	const options = dataFolder === undefined ? { words } : { words, dataFolder };
	const cercle = await openProcess({ CERCLE_DEMO: '0', ...env }, options);
	closers.push(() => cercle.remove());
	return cercle;
}

async function connectTo(cercle: CercleProcess): Promise<Connection> {
	const keys = await openKeys(cercle.dataFolder);
	const { port } = await postgresOf(cercle.dataFolder);
	const ownerUrl = `postgres://postgres:${keys.postgresPassword}@127.0.0.1:${port}/postgres`;
	return connect({ ...keys, url: cercle.url, ownerUrl });
}

/** A group that meets in twelve hours, whose members keep no quiet hours. */
async function meeting(cercle: Connection, guests: string[]): Promise<Person[]> {
	const ada = await cercle.signIn('Ada');
	const group = await foundGroup(ada);
	const people = [ada];
	for (const name of guests) people.push(await joinGroup(cercle, group, name));
	const starts_at = new Date(Date.now() + 12 * 3_600_000).toISOString();
	await planSession(ada, planFor(group, { starts_at }));
	const settings = { mail: ['day'], push: [], time_zone: 'Europe/Paris' };
	for (const { client } of people) given(await client.rpc('set_reminders', { settings }));
	// One may join an hour before a session and still be reminded: these were there before.
	await date(cercle, (sql) => sql`update memberships set joined_at = now() - interval '3 days'`);
	return people;
}

const sentBy = ({ output }: CercleProcess) =>
	output
		.flatMap((line) => /"event":"reminders_sent","count":(\d+)/.exec(line)?.[1] ?? [])
		.reduce((sum, count) => sum + Number(count), 0);

test('two processes on one database send each reminder once', async () => {
	const mails = await openMailCatcher();
	closers.push(() => mails.close());
	const first = await start({ SMTP_URL: mails.url });
	const cercle = await connectTo(first);
	const people = await meeting(cercle, ['Bob', 'Carol', 'Dan', 'Eve']);
	const { ownerUrl: DATABASE_URL } = cercle;
	// Processes of one Cercle share its keys.
	const started = [1, 2].map(async () => {
		const folder = await mkdtemp(join(tmpdir(), 'cercle-process-'));
		await cp(join(first.dataFolder, 'keys.json'), join(folder, 'keys.json'));
		return start({ SMTP_URL: mails.url, DATABASE_URL }, folder);
	});
	const [second, third] = await Promise.all(started);
	const sent = () => sentBy(second!) + sentBy(third!);
	await expect.poll(sent, { timeout: 20_000 }).toBe(people.length);
	// Each has looked once more than it had to; one that closes has finished.
	await Promise.all([second!.stop(), third!.stop(), cercle.close()]);
	expect(mails.mails.map(({ to }) => to).sort()).toEqual(people.map(({ email }) => email).sort());
});

test('killed between taking a reminder and sending it, it is sent once by the next', async () => {
	const received: CaughtMail['raw'][] = [];
	let holding = true;
	let reached = (): void => undefined;
	const held = new Promise<void>((resolve) => (reached = resolve));
	const smtp = new SMTPServer({
		authOptional: true,
		disabledCommands: ['STARTTLS', 'AUTH'],
		logger: false,
		onMailFrom(_address, _session, done) {
			if (!holding) return done();
			reached();
		},
		onData(stream, _session, done) {
			let raw = '';
			stream.on('data', (chunk: Buffer) => (raw += chunk.toString()));
			stream.on('end', () => {
				received.push(raw);
				done();
			});
		}
	});
	smtp.on('error', () => undefined);
	await new Promise<void>((resolve) => smtp.listen(0, '127.0.0.1', resolve));
	closers.push(() => new Promise<void>((resolve) => smtp.close(() => resolve())));
	const address = smtp.server.address();
	if (address === null || typeof address === 'string') throw new Error('no port');

	const server = await start({ SMTP_URL: `smtp://127.0.0.1:${address.port}` });
	const before = await connectTo(server);
	const [ada] = await meeting(before, []);
	await before.close();
	const restart = async (signal: NodeJS.Signals) => {
		await server.stop(signal);
		await server.start();
	};
	const state = async () => {
		const cercle = await connectTo(server);
		const rows = await cercle.owner`
			select id, outcome, attempts from private.reminders where member_id = ${ada!.id}
		`;
		await cercle.close();
		return rows.map((row) => ({ ...row }));
	};
	await restart('SIGTERM');
	await held;
	await server.stop('SIGKILL');
	holding = false;
	await server.start();
	// It might still be on its way: nobody else may take it yet.
	const [taken, ...more] = await state();
	expect(more).toEqual([]);
	expect(taken).toMatchObject({ outcome: null, attempts: 1 });
	expect(received).toEqual([]);
	// Five minutes later.
	const later = await connectTo(server);
	await later.owner`update private.reminders set claimed_until = now()`;
	await later.close();
	await restart('SIGTERM');
	await expect
		.poll(state, { timeout: 20_000 })
		.toEqual([{ ...taken, outcome: 'sent', attempts: 2 }]);
	await restart('SIGTERM');
	expect(await state()).toHaveLength(1);
	expect(received).toHaveLength(1);
	expect(received[0]).toMatch(new RegExp(`^Message-ID: <${taken!.id}@`, 'm'));
});
