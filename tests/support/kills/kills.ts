import { setTimeout as wait } from 'node:timers/promises';
import { DEMO_MEMBERS } from '#lib/server/demo.ts';
import { openKeys } from '#lib/server/embedded/keys.ts';
import { asOwner, postgresOf } from '../owner.ts';
import { openProcess } from '../process.ts';
import { MemberPhone } from './member.ts';

/** What is killed: all of Postgres, or one of the processes that serve its connections. */
export type Victim = 'postmaster' | 'backend';

/** What one kill did. */
export interface Kill {
	victim: Victim;
	/** Milliseconds from the kill until the health check said that all is well. */
	away: number;
	/**
	 * Milliseconds from then until every phone heard signals, showed the room's last version and had
	 * one more write acknowledged.
	 */
	until: number;
	/** Writes that were acknowledged and are not there. */
	lost: number;
}

export interface Evening {
	kill(victim: Victim): Promise<Kill>;
	/** What was answered otherwise than a call may be, on any phone. */
	readonly strange: readonly string[];
	/** Longest that any call was without an answer, in ms. */
	readonly slowest: number;
	/** Writes acknowledged so far. */
	readonly acknowledged: number;
	/** Whether the process that was started is the one that runs. */
	readonly isSame: boolean;
	close(): Promise<void>;
}

const GROUP = '00000001-0000-4000-8000-000000000001';
/** How long anything may take before the kill counts as one that broke it, in ms. */
const PATIENCE = 60_000;

/** The demo group's seven phones in their live session, each writing without a pause. */
export async function openEvening(): Promise<Evening> {
	const cercle = await openProcess({ CERCLE_DEMO: '1' }, { words: ['--without-pages'] });
	const { url, dataFolder } = cercle;
	const { publishableKey } = await openKeys(dataFolder);
	const phones = DEMO_MEMBERS.map((member) => new MemberPhone(url, publishableKey, member));
	for (const [index, phone] of phones.entries()) {
		const member = DEMO_MEMBERS[index];
		if (member) await phone.open(member, GROUP);
	}
	const [driver] = phones;
	await driver?.command('start', {});

	async function until(is: () => boolean | Promise<boolean>): Promise<number> {
		const began = performance.now();
		while (!(await is())) {
			if (performance.now() - began > PATIENCE) throw new Error(`never well: ${state()}`);
			await wait(20);
		}
		return performance.now() - began;
	}

	const state = () =>
		phones.map(({ name, isLive, shown }) => `${name} ${isLive} ${shown}`).join(', ');
	const isHealthy = async () => (await fetch(`${url}/healthz`)).ok;

	/** How many writes are not there of those that were acknowledged by now. */
	async function lost(): Promise<number> {
		const acknowledged = phones.map((phone) => phone.acknowledged);
		const rows = await asOwner(
			dataFolder,
			(sql) => sql<{ id: string; title: string }[]>`
				select id, title from actions where id = any (${phones.map(({ action }) => action)})
			`
		);
		const kept = new Map(rows.map(({ id, title }) => [id, Number(title)]));
		return phones.reduce((sum, phone, index) => {
			return sum + Math.max(0, (acknowledged[index] ?? 0) - (kept.get(phone.action) ?? 0));
		}, 0);
	}

	async function strike(victim: Victim): Promise<void> {
		const pid = victim === 'postmaster' ? (await postgresOf(dataFolder)).pid : await backend();
		process.kill(pid, 'SIGKILL');
	}

	/** The process of one of the connections that members are served on. */
	async function backend(): Promise<number> {
		const [row] = await asOwner(
			dataFolder,
			(sql) => sql<{ pid: number }[]>`
				select pid from pg_stat_activity where application_name = 'cercle-api'
				order by random() limit 1
			`
		);
		if (!row) throw new Error('no connection to kill');
		return row.pid;
	}

	return {
		async kill(victim) {
			await strike(victim);
			// The kill is not noticed at once: well is what was unwell before, or never was.
			const noticed = until(async () => !(await isHealthy()));
			await Promise.race([noticed, wait(1_000)]);
			const away = await until(isHealthy);
			const ready = performance.now();
			const before = phones.map((phone) => phone.acknowledged);
			await driver?.command('add', { minutes: 1 });
			const version = driver?.shown ?? 0;
			await until(() =>
				phones.every(
					({ isLive, shown, acknowledged }, index) =>
						isLive && shown >= version && acknowledged > (before[index] ?? 0)
				)
			);
			return { victim, away, until: performance.now() - ready, lost: await lost() };
		},
		get strange() {
			return phones.flatMap((phone) => phone.strange);
		},
		get slowest() {
			return Math.max(...phones.map((phone) => phone.slowest));
		},
		get acknowledged() {
			return phones.reduce((sum, phone) => sum + phone.acknowledged, 0);
		},
		get isSame() {
			return cercle.output.filter((line) => line.includes('"event":"ready"')).length === 1;
		},
		async close() {
			await Promise.all(phones.map((phone) => phone.close()));
			await cercle.remove();
		}
	};
}
